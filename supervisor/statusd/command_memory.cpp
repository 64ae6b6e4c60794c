#include "supervisor/statusd/command_memory.h"

#include <algorithm>

namespace status::supervisor {

Result<bool> CommandMemory::knows(const ipc::control::Command& command, MonotonicTime now) {
  while (!entries_.empty() && now - entries_.front().at > kKept) entries_.pop_front();
  if (command.key.empty()) return false;
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.op == command.op && entry.key == command.key; });
  if (found == entries_.end()) return false;
  if (found->module != command.module) {
    return fail(Code::failed_precondition, "ipc.idempotency_mismatch",
                "this idempotency key was used with other parameters");
  }
  return true;
}

void CommandMemory::obeyed(const ipc::control::Command& command, MonotonicTime now) {
  if (command.key.empty()) return;
  if (entries_.size() == kMax) entries_.pop_front();
  entries_.push_back({command.op, command.key, command.module, now});
}

}  // namespace status::supervisor
