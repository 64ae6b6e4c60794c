// How long a process was kept from running by others on the machine. Pure; one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ipc/base/clock.h"

namespace status::supervisor {

// Of one thread, since its start, as the kernel counts.
struct ThreadTimes {
  pid_t thread = 0;
  std::chrono::nanoseconds ran{0};
  std::chrono::nanoseconds waited{0};  // ready to run; a wait is added only when it is over
  bool runnable = false;               // runs or waits at this moment
};

class Starvation {
 public:
  // How long, since the call before, the thread that fared worst was ready to run and did not; at most the time that
  // passed. 0 on the first call and the first after reset().
  std::chrono::milliseconds since_last(const std::vector<ThreadTimes>& threads, MonotonicTime now);
  void reset() { last_.reset(); }

 private:
  struct Look {
    MonotonicTime time;
    std::map<pid_t, ThreadTimes> threads;
  };
  std::optional<Look> last_;
};

}  // namespace status::supervisor
