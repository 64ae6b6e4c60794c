// How well an endpoint has been doing: who is asked first, and who rests. Plain values, one thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "ipc/base/clock.h"

namespace status::chain::rpc {

class Score {
 public:
  // After a failure it rests for a second, twice as long after each further one, up to a minute; after a lie for ten
  // minutes. One that rests is asked only when nobody else is left, and after a lie not at all.
  static constexpr std::chrono::milliseconds kFirstRest{1'000};
  static constexpr std::chrono::milliseconds kLongestRest{60'000};
  static constexpr std::chrono::milliseconds kRestAfterLie{600'000};

  void succeeded(std::chrono::nanoseconds took);
  void failed(MonotonicTime now);
  void lied(MonotonicTime now);

  bool rests(MonotonicTime now) const { return now < rests_until_; }
  bool is_liar(MonotonicTime now) const { return lies_ > 0 && now < distrusted_until_; }
  // Milliseconds that an answer may be expected to take: the lower, the earlier it is asked.
  double cost() const { return latency_ms_ * (1 + 4 * failure_rate_); }
  // 1: all answers were good; falls towards 0 with each that was not.
  double health(MonotonicTime now) const { return is_liar(now) ? 0 : 1 - failure_rate_; }
  double latency_ms() const { return latency_ms_; }
  std::uint64_t answers() const { return answers_; }
  std::uint64_t failures() const { return failures_; }
  std::uint64_t lies() const { return lies_; }

 private:
  // Of the last answers: each new one counts for a fifth.
  double latency_ms_ = 0;
  double failure_rate_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t lies_ = 0;
  std::uint32_t in_a_row_ = 0;  // failures
  MonotonicTime rests_until_;
  MonotonicTime distrusted_until_;
};

}  // namespace status::chain::rpc
