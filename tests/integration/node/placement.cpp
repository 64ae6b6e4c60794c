#include "tests/integration/node/placement.h"

#include <cstdlib>
#include <iostream>

namespace status::test {

Node& PlacedNodes::make(std::vector<std::string> settings) {
  if (in_one_process()) {
    nodes_.push_back(std::make_unique<InprocNode>(std::move(settings)));
  } else {
    nodes_.push_back(std::make_unique<ProcessNode>(NodeOptions{.settings = without_backoff(std::move(settings))}));
  }
  return *nodes_.back();
}

Node& PlacedNodes::start(std::vector<std::string> settings) {
  Node& node = make(std::move(settings));
  EXPECT_OK(node.start());
  return node;
}

void PlacedNodes::TearDown() {
  if (!HasFailure()) return;
  for (const auto& node : nodes_) std::cerr << "=== a node of the failed test\n" << node->report();
}

void PrintTo(Placement placement, std::ostream* out) {
  *out << (placement == Placement::processes ? "Processes" : "OneProcess");
}

std::string placement_name(const testing::TestParamInfo<Placement>& info) { return testing::PrintToString(info.param); }

}  // namespace status::test
