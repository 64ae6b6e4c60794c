// The failpoints of the modules, as the list beside this file names them: a line each, "<module> <phase> <point>".
#pragma once

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace status::failpoints {

// When a point is passed.
enum class Phase : std::uint8_t {
  start,    // at a module's first start alone
  running,  // while front ends call and messages travel, or at every start
  rare,     // when something is provoked: a quarantine, a store that is too full
};

struct Point {
  std::string module;
  Phase phase = Phase::running;
  std::string name;  // tests/fixtures/failing/failpoints.h
  friend auto operator<=>(const Point&, const Point&) = default;
};

const std::vector<std::string>& modules();

// Sorted by module and phase. A line that is none is left out: the comparison with what is passed then says what is
// missing.
std::vector<Point> read_points();
void write_points(const std::set<Point>& points);
// Of the list, for people.
std::string points_file();

}  // namespace status::failpoints
