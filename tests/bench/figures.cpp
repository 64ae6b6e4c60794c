#include "tests/bench/figures.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "ipc/base/codec.h"

namespace status::bench {

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Figure shown(std::string name, std::string unit, double value, Floor floor) {
  return {.name = std::move(name), .unit = std::move(unit), .value = value, .floor = std::move(floor), .judged = false};
}

Value to_value(const std::vector<Figure>& figures) {
  Value::Array list;
  for (const Figure& figure : figures) {
    Value& row = list.emplace_back(
        Value::map({{"name", figure.name}, {"unit", figure.unit}, {"value", figure.value}, {"met", figure.met()}}));
    if (figure.judged) {
      row.set("target", figure.target);
      row.set("at_least", figure.at_least);
      row.set("floor_misses", figure.floor_misses());
    }
    if (figure.floor.value > 0) {
      row.set("floor", figure.floor.value);
      row.set("floor_name", figure.floor.name);
    }
  }
  return list;
}

bool print_table(const std::vector<Figure>& figures) {
  for (const Figure& figure : figures) {
    std::printf("%-64s %10.2f %-4s", figure.name.c_str(), figure.value, figure.unit.c_str());
    if (figure.floor_misses()) {
      std::printf(" target <= %7.2f is less than the floor: %.2f of at most %.2f times it  %s", figure.target,
                  figure.value / figure.floor.value, Figure::kMostOfFloor, figure.met() ? "met   " : "MISSED");
    } else if (figure.judged) {
      std::printf(" target %s %7.2f  %s", figure.at_least ? ">=" : "<=", figure.target,
                  figure.met() ? "met   " : "MISSED");
    }
    if (figure.floor.value > 0) std::printf("  (floor %.2f: %s)", figure.floor.value, figure.floor.name.c_str());
    std::puts("");
  }
  return std::ranges::all_of(figures, &Figure::met);
}

bool print(const std::vector<Figure>& figures, bool json) {
  const bool all = json ? std::ranges::all_of(figures, &Figure::met) : print_table(figures);
  if (json) {
    std::puts(to_json(Value::map({{"figures", to_value(figures)}, {"pass", all}})).c_str());
  } else {
    std::puts(all ? "PASS" : "FAIL");
  }
  return all;
}

Floor fsync_floor() {
  const std::string path = std::filesystem::temp_directory_path() / ("status-floor-" + std::to_string(::getpid()));
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  std::vector<double> took;
  const std::string block(4'096, 'x');
  for (int i = 0; i < 50; ++i) {
    const auto begin = Clock::now();
    if (::pwrite(fd, block.data(), block.size(), 0) < 0 || ::fsync(fd) != 0) break;
    took.push_back(ms_since(begin));
  }
  ::close(fd);
  ::unlink(path.c_str());
  return {percentile(took, 0.5), "one 4 KiB write and fsync"};
}

}  // namespace status::bench
