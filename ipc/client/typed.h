// Typed calls: the structs of a module's api.h instead of bytes. The method's full name is the client's target and the
// name that the struct declares.
//
//   const auto sent = ipc::call<chat::SendMessage>(client, {.conversation = id, .content = "hello"});
#pragma once

#include <string>
#include <utility>

#include "ipc/api/convert.h"
#include "ipc/client/client.h"

namespace status::ipc {

struct CallOptions {
  std::uint32_t deadline_ms = 5'000;
  std::optional<Trace> trace = {};
  std::string idempotency_key = {};
};

// Sends the major version of the interface that M belongs to (ipc/api/interface.h): a module of another one refuses
// with FAILED_PRECONDITION (`ipc.interface_version`).
template <class M>
Result<Request> make_request(const Client& client, const typename M::Request& params, const CallOptions& options) {
  static const std::string name = "." + M::info().name;
  Result<Bytes> encoded = api::encode(params);
  if (!encoded) return fail(std::move(encoded.error()));
  Request request;
  request.method = client.options().target + name;
  request.params = std::move(*encoded);
  request.deadline_ms = options.deadline_ms;
  request.trace = options.trace;
  request.interface_major = api_version(static_cast<const M*>(nullptr)).major;
  request.idempotency_key = options.idempotency_key;
  return request;
}

template <class M>
Result<typename M::Reply> read_reply(const Result<Response>& response) {
  if (!response) return fail(response.error());
  return api::decode<typename M::Reply>(response->result(), api::Mode::lenient);
}

// Blocks up to the deadline; not on an NNG thread.
template <class M>
Result<typename M::Reply> call(Client& client, const typename M::Request& params, const CallOptions& options = {}) {
  Result<Request> request = make_request<M>(client, params, options);
  if (!request) return fail(std::move(request.error()));
  return read_reply<M>(client.call_and_wait(*request));
}

// `callback(Result<M::Reply>)` comes on an NNG thread and must not block.
template <class M, class Callback>
CallHandle call_async(Client& client, const typename M::Request& params, const CallOptions& options,
                      Callback callback) {
  Result<Request> request = make_request<M>(client, params, options);
  if (!request) {
    callback(Result<typename M::Reply>(fail(std::move(request.error()))));
    return {};
  }
  return client.call(*request, [callback = std::move(callback)](Result<Response> response) mutable {
    callback(read_reply<M>(response));
  });
}

}  // namespace status::ipc
