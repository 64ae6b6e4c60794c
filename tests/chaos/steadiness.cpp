#include "tests/chaos/steadiness.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/bench/figures.h"

namespace status::chaos {

std::optional<Footprint> footprint_of(pid_t pid) {
  const std::string place = "/proc/" + std::to_string(pid);
  std::error_code hidden;
  Footprint out;
  for (const auto& descriptor : std::filesystem::directory_iterator(place + "/fd", hidden)) {
    static_cast<void>(descriptor);
    ++out.descriptors;
  }
  if (hidden) return std::nullopt;
  std::ifstream status(place + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) out.anonymous_kib = std::strtod(line.c_str() + 8, nullptr);
  }
  return out;
}

double growth_percent(const std::vector<double>& samples) {
  if (samples.size() < 8) return 0;
  const auto quarter = static_cast<std::ptrdiff_t>(samples.size() / 4);
  const double early = bench::percentile({samples.begin() + quarter, samples.begin() + 2 * quarter}, 0.5);
  const double late = bench::percentile({samples.end() - quarter, samples.end()}, 0.5);
  return early == 0 ? 0 : (late / early - 1) * 100;
}

}  // namespace status::chaos
