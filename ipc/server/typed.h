// Typed handlers: a function from a Request struct to a Result of a Reply struct becomes a method of a server.
//
//   ipc::serve<chat::SendMessage>(server, ipc::Run::worker, [&](const chat::SendMessage::Request& request, ipc::CallContext& context) { … });
#pragma once

#include <string>
#include <utility>

#include "ipc/api/convert.h"
#include "ipc/server/server.h"

namespace status::ipc {

// What a handler may know of the call beside its parameters.
struct CallContext {
  const Caller& caller;
  const RequestHeader& header;  // idempotency key, trace, front end's identity
  ByteView params;              // as they came: what an idempotency digest is made of
  MonotonicTime deadline;
  std::string cursor = {};  // set by a write: after which its effect is visible
};

template <class M, class Handler>
void serve(Server& server, Run run, Handler handler) {
  server.handle(server.options().module + "." + M::info().name, run, [handler = std::move(handler)](Call call) {
    Result<typename M::Request> request = api::decode<typename M::Request>(call.params(), api::Mode::strict);
    if (!request) return call.fail(request.error());
    CallContext context{call.caller(), call.header(), call.params(), call.deadline()};
    Result<typename M::Reply> reply = handler(*request, context);
    if (!reply) return call.fail(reply.error());
    Result<Bytes> encoded = api::encode(*reply);
    encoded ? call.reply(*encoded, {.cursor = context.cursor}) : call.fail(encoded.error());
  });
}

}  // namespace status::ipc
