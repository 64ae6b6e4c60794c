// The same tests for a node of processes and for a node inside the test.
#pragma once

#include <gtest/gtest.h>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/assert_ok.h"
#include "tests/support/inproc_node.h"
#include "tests/support/process_node.h"

namespace status::test {

enum class Placement { processes, one_process };

// A failed test shows what its nodes said.
class PlacedNodes : public testing::TestWithParam<Placement> {
 protected:
  // A node that runs. Its failure is the test's.
  Node& start(std::vector<std::string> settings = {});
  // One that does not run yet.
  Node& make(std::vector<std::string> settings = {});
  bool in_one_process() const { return GetParam() == Placement::one_process; }
  void TearDown() override;

  std::vector<std::unique_ptr<Node>> nodes_;
};

void PrintTo(Placement placement, std::ostream* out);
std::string placement_name(const testing::TestParamInfo<Placement>& info);

}  // namespace status::test
