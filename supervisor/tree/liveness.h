// Whether one incarnation that said it is ready still works, judged by its answers to `ping`. Pure; one thread.
//
// Slow: no answer for a second, or a job is a second past its deadline. Hung: no answer up to the limit, or work is
// queued, nothing has completed and the oldest job is past its deadline, all of it for as long as the limit. One stuck
// worker among others that go on is slow, never hung. Two kinds of time do not count towards the limit: that in which
// statusd itself did not run, and that in which the module was ready to run and got no CPU: it is starved, not hung.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/control/control_line.h"
#include "supervisor/tree/policy.h"

namespace status::supervisor {

class Liveness {
 public:
  static constexpr milliseconds kSlowAfter{1'000};

  struct Limits {
    milliseconds ping_interval{250};
    milliseconds hang_limit{3'000};
  };
  enum class Health : std::uint8_t { good, slow, hung };
  struct Verdict {
    Health health = Health::good;
    std::string why;                    // for slow and hung
    std::optional<std::uint64_t> ping;  // send this one now
  };

  explicit Liveness(const Limits& limits) : limits_(limits) {}
  void set_limits(const Limits& limits) { limits_ = limits; }
  // It had been watched before, and nobody here knows how it was: until its first answer it is slow.
  void take_over() { heard_ = false; }

  // An answer came. One to a ping that was not sent, or was answered before, says nothing.
  void pong(const ipc::control::Pong& pong, MonotonicTime now);
  // Call at least once per ping interval. `starved`: how long since the tick before the module waited for a CPU; looked
  // at while is_suspicious() said so then.
  Verdict tick(MonotonicTime now, milliseconds starved = milliseconds(0));
  // An answer is due, or nothing completes: whether the module gets a CPU matters.
  bool is_suspicious() const { return waiting_.since || stalled_.since; }

 private:
  // Something that has not happened since.
  struct Lapse {
    std::optional<MonotonicTime> since;
    milliseconds starved{0};  // of that time

    void begin(MonotonicTime now) { *this = {.since = now}; }
    void end() { *this = {}; }
    void excuse(MonotonicTime::duration lost) {
      if (since) *since += lost;
    }
    milliseconds length(MonotonicTime now) const;
    milliseconds counted(MonotonicTime now) const { return length(now) - starved; }
    std::string text(MonotonicTime now) const;  // "3200 ms", "3200 ms, 2900 of them without a CPU"
  };

  Verdict judge(MonotonicTime now) const;

  Limits limits_;
  std::uint64_t last_ping_ = 0;
  std::optional<MonotonicTime> sent_at_;  // of the newest ping
  Lapse waiting_;                         // for its answer
  Lapse stalled_;
  std::optional<MonotonicTime> last_tick_;
  ipc::control::Pong last_;
  bool heard_ = true;
};

}  // namespace status::supervisor
