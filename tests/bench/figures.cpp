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

bool print(const std::vector<Figure>& figures, bool json) {
  const bool all = std::ranges::all_of(figures, &Figure::met);
  Value::Array list;
  for (const Figure& figure : figures) {
    if (json) {
      list.push_back(Value::map({{"name", figure.name},
                                 {"unit", figure.unit},
                                 {"value", figure.value},
                                 {"target", figure.target},
                                 {"at_least", figure.at_least},
                                 {"met", figure.met()},
                                 {"floor", figure.floor.value},
                                 {"floor_name", figure.floor.name}}));
      continue;
    }
    std::printf("%-56s %9.2f %-4s target %s %6.0f  %s", figure.name.c_str(), figure.value, figure.unit.c_str(),
                figure.at_least ? ">=" : "<=", figure.target, figure.met() ? "met   " : "MISSED");
    if (figure.floor.value > 0) std::printf("  (floor %.2f: %s)", figure.floor.value, figure.floor.name.c_str());
    std::puts("");
  }
  if (json) {
    std::puts(to_json(Value::map({{"figures", list}, {"pass", all}})).c_str());
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
