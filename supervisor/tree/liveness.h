// Whether one incarnation that said it is ready still works, judged by its answers to `ping`. Pure; one thread.
//
// Slow: no answer for a second, or a job is a second past its deadline. Hung: no answer up to the limit, or work is
// queued, nothing has completed and the oldest job is past its deadline, all of it for as long as the limit. One stuck
// worker among others that go on is slow, never hung. Time in which statusd itself did not run does not count against
// the module.
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

  // An answer came. One to a ping that was not sent, or was answered before, says nothing.
  void pong(const ipc::control::Pong& pong, MonotonicTime now);
  // Call at least once per ping interval.
  Verdict tick(MonotonicTime now);

 private:
  Verdict judge(MonotonicTime now) const;

  Limits limits_;
  std::uint64_t last_ping_ = 0;
  std::optional<MonotonicTime> sent_at_;        // of the newest ping
  std::optional<MonotonicTime> waiting_since_;  // it has no answer yet
  std::optional<MonotonicTime> stalled_since_;
  std::optional<MonotonicTime> last_tick_;
  ipc::control::Pong last_;
};

}  // namespace status::supervisor
