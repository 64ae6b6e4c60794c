// A method that is answered on the office's thread. Private to the gateway.
#pragma once

#include <memory>

#include "ipc/api/convert.h"
#include "ipc/server/server.h"
#include "supervisor/gateway/office.h"

namespace status::gateway {

// Serves `supervisor.<M>`: `answer(request)` gives a Result of the reply. What it needs outlives the office's thread.
template <class M, class Answer>
void serve_in(Office& office, ipc::Server& server, Answer answer) {
  server.handle("supervisor." + M::info().name, ipc::Run::inline_thread, [&office, answer](ipc::Call call) {
    const auto request = api::decode<typename M::Request>(call.params(), api::Mode::strict);
    if (!request) return call.fail(request.error());
    const auto shared = std::make_shared<ipc::Call>(std::move(call));
    office.post([answer, shared, asked = *request] {
      const Result<typename M::Reply> reply = answer(asked);
      const Result<Bytes> encoded = reply ? api::encode(*reply) : Result<Bytes>(fail(reply.error()));
      encoded ? shared->reply(*encoded) : shared->fail(encoded.error());
    });
  });
}

}  // namespace status::gateway
