#include "tests/integration/failpoints/point_list.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "tests/support/temp_dir.h"

namespace status::failpoints {
namespace {

constexpr std::array<std::string_view, 3> kPhases = {"start", "running", "rare"};  // as in Phase

}  // namespace

const std::vector<std::string>& modules() {
  static const std::vector<std::string> kModules = {"keys", "storage", "waku", "chat"};
  return kModules;
}

std::string points_file() { return STATUS_FAILPOINTS; }

std::vector<Point> read_points() {
  std::vector<Point> points;
  std::istringstream lines(test::read_file(points_file()));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Point point;
    std::string phase;
    words >> point.module >> phase >> std::ws;
    const auto known = std::ranges::find(kPhases, phase);
    if (known == kPhases.end() || !std::getline(words, point.name)) continue;
    point.phase = static_cast<Phase>(known - kPhases.begin());
    points.push_back(std::move(point));
  }
  return points;
}

void write_points(const std::set<Point>& points) {
  std::string text;
  for (const Point& point : points) {
    text += point.module + " " + std::string(kPhases[static_cast<std::size_t>(point.phase)]) + " " + point.name + "\n";
  }
  test::write_file(points_file(), text);
}

}  // namespace status::failpoints
