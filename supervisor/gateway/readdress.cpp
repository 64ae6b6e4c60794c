#include "supervisor/gateway/readdress.h"

#include "ipc/base/clock.h"

namespace status::gateway {

void readdress(ipc::Message& message, const ipc::RequestView& view, const NextHop& next, Random& ids) {
  if (view.patchable() && !view.has_user && next.user.empty() && view.has_trace) {
    ipc::patch_request(message.mutable_bytes(), view, next.deadline_ms, monotonic_ns(), next.credential);
    return;
  }
  ipc::RequestHeader header = view.header;
  header.deadline_ms = next.deadline_ms;
  header.sent_ns = monotonic_ns();
  header.credential = next.credential;
  header.user = next.user;
  if (!header.trace) header.trace = ipc::Trace::start(ids);
  Bytes prefix;
  prefix.reserve(192);
  ipc::append_request_prefix(header, prefix);
  message.replace_front(view.body_at, prefix);
}

}  // namespace status::gateway
