// When a module that died is started again. Pure: time and chance are arguments.
//
// The first restart comes at once if the module had been ready for a second; then 100 ms, doubling to 30 s, each ± 20
// %; a minute of readiness resets it. Five deaths within a minute, each after less than ten seconds of readiness, use
// the budget up: the module is `failed`, which is visible, and retried at the cap until an incarnation has been ready
// for ten seconds.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "ipc/base/clock.h"

namespace status::supervisor {

using std::chrono::milliseconds;

struct RestartPolicy {
  enum class When : std::uint8_t { always, on_failure, never };

  static constexpr milliseconds kAtOnceAfter{1'000};  // of readiness
  static constexpr milliseconds kResetAfter{60'000};  // of readiness
  static constexpr milliseconds kShortLife{10'000};   // of readiness
  static constexpr milliseconds kBudgetWindow{60'000};
  static constexpr double kJitter = 0.2;
  static constexpr std::size_t kMaxBudget = 32;

  When when = When::always;
  milliseconds first_delay{100};  // 0: every restart comes at once
  milliseconds delay_cap{30'000};
  std::uint32_t budget = 5;  // 0: none; at most kMaxBudget

  bool operator==(const RestartPolicy&) const = default;
};

// What the policy remembers of one module. Starts empty; an operator's start or restart empties it again.
struct RestartHistory {
  bool restarted = false;  // since the last reset
  bool failed = false;     // the budget is used up
  std::uint32_t doublings = 0;
  std::array<MonotonicTime, RestartPolicy::kMaxBudget> short_lives{};  // times of death, oldest first
  std::uint32_t short_count = 0;
};

struct Death {
  milliseconds ready_for{0};  // how long the incarnation had been ready
  bool clean = false;         // exit 0, though nobody had asked
};

struct Verdict {
  enum class Kind : std::uint8_t { restart, failed, leave } kind = Kind::restart;
  milliseconds delay{0};  // until the next attempt, for restart and failed
};

// `chance` is uniform in [-1, 1]: it becomes the jitter.
Verdict after_death(const RestartPolicy& policy, RestartHistory& history, const Death& death, MonotonicTime now,
                    double chance);

}  // namespace status::supervisor
