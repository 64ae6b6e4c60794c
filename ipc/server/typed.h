// Typed handlers: a function from a Request struct to a Result of a Reply struct becomes a method of a server.
//
//   ipc::serve<chat::SendMessage>(server, ipc::Run::worker, [&](const chat::SendMessage::Request& request,
//   ipc::CallContext& context) { … });
#pragma once

#include <memory>
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
  std::string principal() const { return principal_of(caller, header); }
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

// The same for a method that waits for something else than this process, `waits_for`: the handler returns at once and
// gives its answer to `answer`, on any thread, once. An answer that is lost answers INTERNAL.
template <class M, class Handler>
void serve_async(Server& server, Run run, Stage waits_for, Handler handler) {
  server.handle(
      server.options().module + "." + M::info().name, run, [waits_for, handler = std::move(handler)](Call call) {
        Result<typename M::Request> request = api::decode<typename M::Request>(call.params(), api::Mode::strict);
        if (!request) return call.fail(request.error());
        call.hand_to(waits_for);
        // std::function wants a copyable target.
        auto shared = std::make_shared<Call>(std::move(call));
        handler(*request, [shared](const Result<typename M::Reply>& reply) {
          if (!reply) return shared->fail(reply.error());
          const Result<Bytes> encoded = api::encode(*reply);
          encoded ? shared->reply(*encoded) : shared->fail(encoded.error());
        });
      });
}

}  // namespace status::ipc
