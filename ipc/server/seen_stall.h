// How long a task is known to have had for itself, by looks at it from another thread of its process.
//
// By the clock alone, a process that was stopped while a task ran would find it overdue when it goes on, though nothing
// hangs. So the time between two looks counts for a second at most, and to see a stall of n seconds takes n looks in
// a process that runs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace status::ipc {

class SeenStall {
 public:
  static constexpr std::uint64_t kMostBetweenLooksNs = 1'000'000'000;

  // `task_ns`: since when the task runs, which also tells it from others; 0: none does. `now_ns`: of the same clock.
  std::chrono::milliseconds look(std::uint64_t task_ns, std::uint64_t now_ns) {
    if (task_ns != task_ns_) seen_ns_ = 0;
    const std::uint64_t since = std::max(task_ns, looked_ns_);
    if (task_ns != 0 && now_ns > since) seen_ns_ += std::min(now_ns - since, kMostBetweenLooksNs);
    task_ns_ = task_ns;
    looked_ns_ = now_ns;
    return std::chrono::milliseconds(seen_ns_ / 1'000'000U);
  }

 private:
  std::uint64_t task_ns_ = 0;
  std::uint64_t looked_ns_ = 0;
  std::uint64_t seen_ns_ = 0;
};

}  // namespace status::ipc
