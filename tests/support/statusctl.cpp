#include "tests/support/statusctl.h"

#include "ipc/base/codec.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/test_node.h"

namespace status::test {

Value Outcome::json() const { return parse_json(output).value_or(Value()); }

Value Outcome::error() const { return parse_json(errors).value_or(Value()); }

Outcome statusctl(std::vector<std::string> words) {
  words.insert(words.begin(), binary("statusctl"));
  ChildProcess program(words, {}, ChildProcess::Errors::apart);
  const auto code = program.wait(kPatience);
  return {code.value_or(-1), program.read_all(), program.errors()};
}

}  // namespace status::test
