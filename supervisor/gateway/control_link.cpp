#include "supervisor/gateway/control_link.h"

#include <utility>

namespace status::gateway {

void ControlLink::command(ipc::control::Command command, Done done) {
  {
    std::lock_guard lock(mutex_);
    command.id = ++last_id_;
    waiting_.emplace(command.id, std::move(done));
  }
  channel_.send(std::move(command));
}

void ControlLink::answered(const ipc::control::CommandResult& result) {
  Done done;
  {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(result.id);
    if (found == waiting_.end()) return;
    done = std::move(found->second);
    waiting_.erase(found);
  }
  done(result.error ? Result<Value>(fail(*result.error)) : result.data);
}

}  // namespace status::gateway
