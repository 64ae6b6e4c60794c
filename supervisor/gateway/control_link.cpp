#include "supervisor/gateway/control_link.h"

#include <utility>

namespace status::gateway {

void ControlLink::command(const std::string& op, const std::string& module, Done done) {
  std::uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    id = ++last_id_;
    waiting_.emplace(id, std::move(done));
  }
  channel_.send(ipc::control::Command{.id = id, .op = op, .module = module});
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
  done(result.error);
}

}  // namespace status::gateway
