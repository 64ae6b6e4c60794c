#include "supervisor/gateway/upgrade_api.h"

namespace status::gateway {

void Upgrade::Request::describe(api::Fields<Request>& f) {
  f.add("executable", &Request::executable,
        "Absolute path of the new statusd; empty: the place that the running one was started from.")
      .optional();
}

void Upgrade::Reply::describe(api::Fields<Reply>& f) {
  f.add("version", &Reply::version, "Of the statusd that runs now.");
}

api::MethodInfo Upgrade::info() {
  return {.name = "upgrade",
          .summary = "Replaces the supervisor in place: same process id, every module keeps running.",
          .effect = api::Effect::write,
          .errors = {{Code::permission_denied, "supervisor.local_only",
                      "Only the local user's own token (run/token) may do that."},
                     {Code::failed_precondition, "supervisor.cannot_adopt",
                      "The new one says that it cannot go on with this node, or is no statusd; the old one runs on."},
                     {Code::failed_precondition, "supervisor.cannot_upgrade",
                      "The node is in no state for it; the message says what to do first."}}};
}

}  // namespace status::gateway
