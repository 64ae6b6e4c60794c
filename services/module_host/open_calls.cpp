#include "services/module_host/open_calls.h"

namespace status::module_host {

std::uint64_t OpenCalls::add(OpenCall call) {
  const std::lock_guard lock(mutex_);
  deadlines_.emplace(call.deadline, ++last_);
  open_.emplace(last_, std::move(call));
  return last_;
}

OpenCalls::Taken OpenCalls::take(std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(token); found != open_.end()) {
    Taken taken{Standing::open, std::move(found->second)};
    deadlines_.erase({taken.call.deadline, token});
    open_.erase(found);
    return taken;
  }
  if (overdue_.erase(token) != 0) return {Standing::overdue, {}};
  return {token != 0 && token <= last_ ? Standing::answered : Standing::unknown, {}};
}

std::vector<std::uint64_t> OpenCalls::expire(MonotonicTime now) {
  std::vector<std::uint64_t> tokens;
  std::vector<OpenCall> gone;
  {
    const std::lock_guard lock(mutex_);
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const std::uint64_t token = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      const auto found = open_.find(token);
      gone.push_back(std::move(found->second));
      open_.erase(found);
      if (overdue_.size() == kMostOverdue) overdue_.erase(overdue_.begin());
      overdue_.insert(token);
      tokens.push_back(token);
    }
  }
  for (const OpenCall& call : gone) {
    call.done(fail(Code::deadline_exceeded, "ipc.deadline", "the library gave no answer by the deadline"));
  }
  return tokens;
}

std::optional<MonotonicTime> OpenCalls::next_deadline() const {
  const std::lock_guard lock(mutex_);
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

std::optional<MonotonicTime> OpenCalls::deadline_of(std::uint64_t token) const {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(token);
  return found == open_.end() ? std::nullopt : std::optional(found->second.deadline);
}

}  // namespace status::module_host
