#include "tests/waku/attach_suite.h"

#include <cstdlib>

namespace status::test {

testing::AssertionResult WakuEnds::start() {
  const char* given = std::getenv("STATUS_ATTACH");
  if (given != nullptr && *given != '\0') {
    const std::string text = given;
    const std::size_t comma = text.find(',');
    urls_ = {text.substr(0, comma), comma == std::string::npos ? text : text.substr(comma + 1)};
    return testing::AssertionSuccess();
  }
  for (const char* name : {"first", "second"}) {
    nodes_.push_back(std::make_unique<GoWaku>(folder_, name));
    if (auto started = nodes_.back()->start(nodes_.size() == 1 ? "" : nodes_.front()->address()); !started) {
      return started;
    }
    urls_.push_back(nodes_.back()->url());
  }
  return testing::AssertionSuccess();
}

}  // namespace status::test
