#include "tests/chaos/steadiness.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/bench/figures.h"

namespace status::chaos {

std::optional<double> descriptors_of(pid_t pid) {
  std::error_code hidden;
  const std::filesystem::directory_iterator open("/proc/" + std::to_string(pid) + "/fd", hidden);
  if (hidden) return std::nullopt;
  return static_cast<double>(std::distance(begin(open), end(open)));
}

std::optional<double> anonymous_kib_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr);
  }
  return std::nullopt;
}

double growth_percent(const std::vector<double>& samples, double share) {
  if (samples.size() < 8) return 0;
  const auto quarter = static_cast<std::ptrdiff_t>(samples.size() / 4);
  const double early = bench::percentile({samples.begin() + quarter, samples.begin() + 2 * quarter}, share);
  const double late = bench::percentile({samples.end() - quarter, samples.end()}, share);
  return early == 0 ? 0 : (late / early - 1) * 100;
}

}  // namespace status::chaos
