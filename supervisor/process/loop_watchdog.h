// Ends a statusd whose loop stands still: modules that nobody watches are worse than a restart of them all, which
// systemd or the desktop app does then. One thread, and a signal handler on it.
#pragma once

#include <chrono>
#include <ctime>

#include "ipc/base/result.h"

namespace status::supervisor {

// A kernel timer on CLOCK_MONOTONIC, which stands still while the machine sleeps, sends SIGALRM kTicks times in
// `limit`. Its handler counts the ticks since the last beat(); when `limit` is over it says where the loop stands on
// standard error, and aborts. Of ticks that the process could not take, because it was stopped or got no processor, the
// kernel delivers one and says that there were more: counting begins anew then, for time that it did not have is not
// held against it. At most one in a process.
class LoopWatchdog {
 public:
  static constexpr int kTicks = 10;

  LoopWatchdog() = default;
  ~LoopWatchdog();
  LoopWatchdog(const LoopWatchdog&) = delete;
  LoopWatchdog& operator=(const LoopWatchdog&) = delete;

  // Errors: of the kernel, which gave no timer.
  Status start(std::chrono::milliseconds limit);
  // Until start() is called again.
  void stop();
  // The loop turns. To be called more often than the timer ticks.
  void beat();

 private:
  timer_t timer_{};
  bool running_ = false;
};

}  // namespace status::supervisor
