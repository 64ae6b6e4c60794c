// A rate limit that delays instead of refusing. Plain value, one thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "ipc/base/clock.h"

namespace status::waku::mesh {

class TokenBucket {
 public:
  // `rate` tokens come per second, up to `burst`; it starts full.
  TokenBucket(double rate, double burst, MonotonicTime now)
      : rate_(rate), burst_(burst), tokens_(burst), updated_(now) {}

  // Takes `cost`, into debt if need be, and returns how long to wait until the debt is paid; zero when there is none.
  std::chrono::milliseconds take(double cost, MonotonicTime now) {
    const std::chrono::duration<double> passed = now - updated_;
    updated_ = now;
    tokens_ = std::min(burst_, tokens_ + passed.count() * rate_) - cost;
    if (tokens_ >= 0) return std::chrono::milliseconds(0);
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(-tokens_ / rate_));
  }

 private:
  double rate_;
  double burst_;
  double tokens_;
  MonotonicTime updated_;
};

}  // namespace status::waku::mesh
