#include "tests/support/front_door.h"

#include <algorithm>
#include <thread>

#include "ipc/base/codec.h"

namespace status::test {

Result<std::unique_ptr<FrontDoor>> FrontDoor::open(const std::string& url, const ipc::Credential& token) {
  auto client = ipc::Client::open({.url = url, .target = "supervisor", .credential = token});
  if (!client) return fail(std::move(client.error()));
  return std::unique_ptr<FrontDoor>(new FrontDoor(std::move(*client)));
}

Result<ipc::Response> FrontDoor::raw(const std::string& method, Bytes params, const ipc::CallOptions& options) {
  ipc::Request request;
  request.method = method;
  request.params = std::move(params);
  request.deadline_ms = options.deadline_ms;
  request.trace = options.trace;
  request.idempotency_key = options.idempotency_key;
  return client_->call_and_wait(request);
}

Result<Value> FrontDoor::call(const std::string& method, const Value& params, const ipc::CallOptions& options) {
  const Result<ipc::Response> response = raw(method, encode_msgpack(params), options);
  if (!response) return fail(response.error());
  return decode_msgpack(response->result());
}

Result<Value> FrontDoor::insist(const std::string& method, const Value& params, const std::string& idempotency_key,
                                std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Result<Value> reply = call(method, params, {.idempotency_key = idempotency_key});
    if (reply) return reply;
    const Error& error = reply.error();
    // A call that the connection lost may have been done: the key makes it safe to ask again. A module that is locked
    // gets its key once keys is back.
    const bool again = error.retryable || error.code == Code::unavailable || error.code == Code::deadline_exceeded ||
                       error.reason == "locked";
    if (!again || std::chrono::steady_clock::now() > deadline) return reply;
    std::this_thread::sleep_for(std::chrono::milliseconds(std::clamp(error.retry_after_ms, 2U, 100U)));
  }
}

}  // namespace status::test
