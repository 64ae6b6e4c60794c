#include "supervisor/tree/processor_use.h"

#include <algorithm>
#include <utility>

namespace status::supervisor {

ProcessorUse::Growth ProcessorUse::since_last(std::chrono::nanoseconds ran, const std::vector<ThreadTimes>& threads) {
  Growth growth;
  growth.ran = std::max(ran - ran_, std::chrono::nanoseconds(0));
  ran_ = std::max(ran, ran_);
  std::map<pid_t, std::chrono::nanoseconds> waited;
  for (const ThreadTimes& thread : threads) {
    const auto before = waited_.find(thread.thread);
    const auto known = before == waited_.end() ? std::chrono::nanoseconds(0) : before->second;
    growth.waited += std::max(thread.waited - known, std::chrono::nanoseconds(0));
    waited.emplace(thread.thread, thread.waited);
  }
  waited_ = std::move(waited);
  return growth;
}

}  // namespace status::supervisor
