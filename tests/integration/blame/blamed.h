// A node with faults allowed, and what `statusctl blame` says of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/process_node.h"
#include "tests/support/statusctl.h"

namespace status::test {

class Blamed : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kWithin{10};

  void SetUp() override;
  Outcome run(std::vector<std::string> words);
  // The first row of the table; empty when there is none.
  Value first_row();
  static std::string place_of(const Value& row) {
    return row.string_or("module", "") + " " + row.string_or("stage", "");
  }
  // Seconds until the first row is as wanted; negative when it is not in time. `row`: as it was last.
  double seconds_until(const std::function<bool(const Value& row)>& wanted, Value& row,
                       std::chrono::seconds within = kWithin);
  double seconds_until(const std::string& place, Value& row) {
    return seconds_until([&](const Value& first) { return place_of(first) == place; }, row);
  }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {"--allow-faults"}}};
};

}  // namespace status::test
