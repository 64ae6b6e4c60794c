#include "supervisor/tree/starvation.h"

#include <algorithm>

namespace status::supervisor {

std::chrono::milliseconds Starvation::since_last(const std::vector<ThreadTimes>& threads, MonotonicTime now) {
  std::chrono::nanoseconds worst{0};
  Look look{now, {}};
  for (const ThreadTimes& thread : threads) {
    look.threads.emplace(thread.thread, thread);
    if (!last_) continue;
    const auto before = last_->threads.find(thread.thread);
    if (before == last_->threads.end()) continue;
    const std::chrono::nanoseconds passed = now - last_->time;
    // A wait under way is not in the kernel's figure yet: then it is what the thread did not run.
    const auto under_way = thread.runnable ? passed - (thread.ran - before->second.ran) : std::chrono::nanoseconds(0);
    worst = std::max(worst, std::min(passed, std::max(thread.waited - before->second.waited, under_way)));
  }
  last_ = std::move(look);
  return std::chrono::duration_cast<std::chrono::milliseconds>(worst);
}

}  // namespace status::supervisor
