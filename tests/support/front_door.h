// A front end of a node: calls through its one address, with its token. Any thread.
//
//   Result<Value> info = front.call("waku.info");
//   auto sent = front.call<chat::SendMessage>("chat", {.conversation = id, .content = "hello"});
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "ipc/api/convert.h"
#include "ipc/base/value.h"
#include "ipc/client/client.h"
#include "ipc/client/typed.h"

namespace status::test {

class FrontDoor {
 public:
  // Starts to dial; the calls say whether somebody is there.
  static Result<std::unique_ptr<FrontDoor>> open(const std::string& url, const ipc::Credential& token);

  // Blocks up to the deadline. An empty result reads as null.
  Result<Value> call(const std::string& method, const Value& params = Value::Map(),
                     const ipc::CallOptions& options = {});
  template <class M>
  Result<typename M::Reply> call(const std::string& module, const typename M::Request& params,
                                 const ipc::CallOptions& options = {}) {
    Result<Bytes> encoded = api::encode(params);
    if (!encoded) return fail(std::move(encoded.error()));
    return ipc::read_reply<M>(raw(module + "." + M::info().name, std::move(*encoded), options));
  }
  // A body that nobody checked.
  Result<ipc::Response> raw(const std::string& method, Bytes params, const ipc::CallOptions& options = {});

  // As a front end does that must have its answer: the same call with the same idempotency key again, as long as the
  // error says that it may be repeated or the module is locked, after the pause that the error names. The last error
  // when the time is up.
  Result<Value> insist(const std::string& method, const Value& params, const std::string& idempotency_key,
                       std::chrono::milliseconds patience);

  ipc::Client& client() { return *client_; }

 private:
  explicit FrontDoor(std::unique_ptr<ipc::Client> client) : client_(std::move(client)) {}

  std::unique_ptr<ipc::Client> client_;
};

}  // namespace status::test
