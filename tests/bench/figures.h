// What the benchmarks print: figures with their targets beside floors from the same run, and PASS or FAIL.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ipc/base/value.h"

namespace status::bench {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin);

// Of any order; `share` of 0.5 is the median. 0 when there are none.
double percentile(std::vector<double> values, double share);

// What the machine needs for the least that a figure contains, measured in the same run.
struct Floor {
  double value = 0;  // 0: none
  std::string name = {};
};

struct Figure {
  std::string name;
  std::string unit;
  double value = 0;
  double target = 0;  // the most it may be; with `at_least` the least
  Floor floor = {};
  bool at_least = false;
  bool judged = true;  // false: shown, without a target

  // The machine itself needs more than the target allows: what counts then is how much is added to that.
  static constexpr double kMostOfFloor = 2;
  bool floor_misses() const { return judged && !at_least && floor.value > target; }
  bool met() const {
    if (floor_misses()) return value <= kMostOfFloor * floor.value;
    return !judged || (at_least ? value >= target : value <= target);
  }
};

// One that has no target.
Figure shown(std::string name, std::string unit, double value, Floor floor = {});

// A list of maps {name, unit, value, …}.
Value to_value(const std::vector<Figure>& figures);

// One line each. True when all are met.
bool print_table(const std::vector<Figure>& figures);

// A table and PASS or FAIL, or one JSON object {figures, pass}. True when all are met.
bool print(const std::vector<Figure>& figures, bool json);

// A commit to the disk, the median of 50: write and fsync of 4 KiB where temporary files go. Milliseconds.
Floor fsync_floor();

}  // namespace status::bench
