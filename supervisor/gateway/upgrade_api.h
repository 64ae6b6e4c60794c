// The part of the interface `supervisor` that replaces the supervisor itself. Only the local user's own token may call
// it.
#pragma once

#include <string>

#include "ipc/api/interface.h"

namespace status::gateway {

// Answered by the new statusd once it has taken over, or by the old one, which goes on then.
struct Upgrade {
  struct Request {
    std::string executable;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply {
    std::string version;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

}  // namespace status::gateway
