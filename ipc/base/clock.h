// Time behind a seam, so that tests need no sleeping.
#pragma once

#include <chrono>
#include <cstdint>

namespace status {

// CLOCK_MONOTONIC, comparable between the processes of one host.
using MonotonicTime = std::chrono::steady_clock::time_point;

// The unit of every stamp on the wire.
inline std::uint64_t monotonic_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime monotonic() const = 0;
  virtual std::int64_t unix_ms() const = 0;  // wall clock, Unix milliseconds
};

// The system's clocks. Any thread.
class SystemClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
  std::int64_t unix_ms() const override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }
};

// Stands still until told to move.
class FakeClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return now_; }
  std::int64_t unix_ms() const override { return unix_ms_; }
  void advance(std::chrono::milliseconds step) {
    now_ += step;
    unix_ms_ += step.count();
  }
  void set_unix_ms(std::int64_t value) { unix_ms_ = value; }

 private:
  MonotonicTime now_{std::chrono::hours(1)};
  std::int64_t unix_ms_ = 1'700'000'000'000;
};

}  // namespace status
