#include "services/chain/native/library_link.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "ipc/base/codec.h"
#include "ipc/client/typed.h"
#include "services/native/api.h"

namespace status::chain::native {
namespace {

using status::native::Call;

constexpr const char* kModule = "chain_native";
constexpr std::int64_t kServerError = -32000;

// The library takes a third parameter: whether it may fetch all that a call reads at once.
bool takes_optimism(const std::string& method) { return method == "eth_call" || method == "eth_estimateGas"; }

Call::Request request_of(const Value& call) {
  const std::string method = call.string_or("method", "");
  const Value* const given = call.find("params");
  Value params = given != nullptr ? *given : Value(Value::Array{});
  if (Value::Array* const list = params.as_array(); list != nullptr && takes_optimism(method) && list->size() == 2) {
    list->emplace_back(true);
  }
  return {"proxyCall", Value::map({{"method", method}, {"params", to_json(params)}})};
}

// The reply is JSON already; an error is a text.
Result<std::string> answer_of(const Result<Call::Reply>& reply) {
  if (reply) return R"({"jsonrpc":"2.0","id":0,"result":)" + reply->reply + "}";
  const Error& error = reply.error();
  const std::string message = std::string(kModule) + ": " + error.message;
  if (error.reason == "native.library_error") {
    const Value said = Value::map({{"code", kServerError}, {"message", error.message}});
    return to_json(Value::map({{"jsonrpc", "2.0"}, {"id", 0}, {"error", said}}));
  }
  if (error.code == Code::deadline_exceeded) return fail(Code::deadline_exceeded, "chain.slow", message);
  if (error.reason == "native.too_large") return fail(Code::resource_exhausted, "chain.answer_too_large", message);
  if (error.code == Code::resource_exhausted) return fail(Code::resource_exhausted, "chain.rate_limited", message);
  return fail(Code::unavailable, "chain.unreachable", message);
}

}  // namespace

void LibraryLink::post(std::string body, MonotonicTime deadline, Done done) {
  using std::chrono::milliseconds;
  done_ = std::move(done);
  const Result<Value> call = parse_json(body);  // our own
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto within = static_cast<std::uint32_t>(std::max(left, milliseconds(1)).count());
  ipc::call_async<Call>(client_, request_of(call ? *call : Value()), {.deadline_ms = within},
                        [self = shared_from_this()](const Result<Call::Reply>& reply) {
                          Result<std::string> answer = answer_of(reply);
                          const std::lock_guard lock(self->mutex_);
                          if (self->io_ == nullptr) return;
                          boost::asio::post(*self->io_, [self, answer = std::move(answer)]() mutable {
                            self->arrived(std::move(answer));
                          });
                        });
}

void LibraryLink::arrived(Result<std::string> answer) {
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(answer));
}

void LibraryLink::close() {
  {
    const std::lock_guard lock(mutex_);
    io_ = nullptr;
  }
  arrived(fail(Code::unavailable, "chain.unreachable", "the module is stopping"));
}

rpc::Place library_place(boost::asio::io_context& io, ipc::Client& client) {
  return {kModule, true,
          [&io, &client]() -> std::shared_ptr<rpc::Link> { return std::make_shared<LibraryLink>(io, client); }};
}

}  // namespace status::chain::native
