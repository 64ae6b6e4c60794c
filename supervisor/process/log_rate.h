// How much of what a module writes on its outputs is kept: a token bucket. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "ipc/base/clock.h"

namespace status::supervisor {

// A line costs one token for each KiB or part of one, so that long lines buy nobody more.
struct LogRate {
  std::uint64_t lines_per_s = 1'000;
  std::uint64_t burst = 10'000;
  bool operator==(const LogRate&) const = default;
};

class LogBucket {
 public:
  // Starts full.
  LogBucket(LogRate rate, MonotonicTime now)
      : rate_(static_cast<double>(rate.lines_per_s)),
        burst_(static_cast<double>(rate.burst)),
        tokens_(burst_),
        updated_(now) {}

  // False: the line has no room and costs nothing.
  bool take(std::size_t line_bytes, MonotonicTime now) {
    constexpr std::size_t kBytesPerToken = 1'024;
    const std::chrono::duration<double> passed = now - updated_;
    updated_ = now;
    tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
    const auto cost = static_cast<double>(line_bytes / kBytesPerToken + 1);
    if (tokens_ < cost) return false;
    tokens_ -= cost;
    return true;
  }

 private:
  double rate_;
  double burst_;
  double tokens_;
  MonotonicTime updated_;
};

}  // namespace status::supervisor
