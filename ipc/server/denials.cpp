#include "ipc/server/denials.h"

namespace status::ipc {

void Denials::note(const std::string& caller, std::string_view method, const Error& error) {
  if (!listener_ || (error.code != Code::unauthenticated && error.code != Code::permission_denied)) return;
  const std::string about = caller.empty() ? std::string() : std::string(method);
  {
    const std::lock_guard lock(mutex_);
    if (said_.size() >= kMost || !said_.insert(caller + " " + about + " " + error.reason).second) return;
  }
  listener_(caller, about, error);
}

}  // namespace status::ipc
