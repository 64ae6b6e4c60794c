// Calls one module over one REQ socket.
//
// A call is sent at most once: NNG's re-sending is off, and a lost connection answers UNAVAILABLE within milliseconds.
// Without any connection the client answers UNAVAILABLE itself after 50 ms, where NNG would wait out the deadline
// (TRANSPORT.md section 1.2). Whether to retry is the caller's decision; a write needs an idempotency key for it.
// Redials by itself.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ipc/nng/socket.h"
#include "ipc/nng/timer_queue.h"
#include "ipc/wire/envelope.h"
#include "ipc/wire/limits.h"
#include "ipc/wire/observer.h"

namespace status::ipc {

struct ClientOptions {
  std::string url;
  std::string target;  // the module's name, for errors and metrics
  std::optional<Credential> credential;
  std::size_t max_in_flight = kMaxInFlightPerClient;
  std::chrono::milliseconds connect_patience{50};
  std::chrono::milliseconds redial_max{250};  // between attempts, after the first few
};

struct Request {
  std::string method;
  Bytes params;  // an encoded MessagePack map; empty: {}
  std::uint32_t deadline_ms = 5'000;
  std::optional<Trace> trace;
  std::uint32_t interface_major = 0;
  std::string idempotency_key;
  std::string echo;
  // Waits by design, as a poll does: counted in no metric, and not bounded by the call that this thread works on.
  bool quiet = false;
};

// What came back; the views live as long as it does. Only forward() hands out one that carries an error.
class Response {
 public:
  static Result<Response> parse(Message message);

  const ResponseHeader& header() const { return view_.header; }
  ByteView result() const { return message_.bytes().subspan(view_.body_at); }
  const std::optional<Error>& error() const { return view_.error; }
  std::size_t size() const { return message_.bytes().size(); }  // of the whole message
  Message take_message() { return std::move(message_); }

 private:
  Response(Message message, ResponseView view) : message_(std::move(message)), view_(std::move(view)) {}

  Message message_;
  ResponseView view_;
};

// Cancels a call that has not been answered; its callback then gets CANCELLED. Copyable; harmless after the answer.
class CallHandle {
 public:
  CallHandle() = default;
  CallHandle(std::weak_ptr<class ClientCore> core, std::size_t slot, std::uint64_t ticket)
      : core_(std::move(core)), slot_(slot), ticket_(ticket) {}
  void cancel();

 private:
  std::weak_ptr<class ClientCore> core_;
  std::size_t slot_ = 0;
  std::uint64_t ticket_ = 0;
};

class Client {
 public:
  // Exactly one call, on an NNG thread or on the thread that called (when the answer is at hand): must not block.
  using Callback = std::function<void(Result<Response>)>;

  // Starts to dial; never waits. `observer` (may be null) outlives the client.
  static Result<std::unique_ptr<Client>> open(ClientOptions options, ClientObserver* observer = nullptr);
  // Calls in flight get CANCELLED; their callbacks have returned when this returns. Not from a callback.
  ~Client();

  // Any thread. In a handler the deadline is at most what is left of the handler's call (deadline_scope.h). Errors
  // beside the callee's own: UNAVAILABLE (`ipc.not_connected`, `ipc.connection_lost`), INVALID_ARGUMENT
  // (`ipc.bad_deadline`: not 1 to 120,000 ms), DEADLINE_EXCEEDED (`ipc.deadline`), CANCELLED, RESOURCE_EXHAUSTED
  // (`ipc.too_many_calls`: max_in_flight; `ipc.limit`: over 16 MiB).
  CallHandle call(const Request& request, Callback callback);
  // Blocks up to the deadline. Not from a callback or an NNG thread.
  Result<Response> call_and_wait(const Request& request);

  // Moves a whole request on, uncopied; the callee's errors arrive inside the response. `method` and `trace`, which the
  // request has, are for the books.
  CallHandle forward(Message request, std::uint32_t deadline_ms, std::string_view method,
                     const std::optional<Trace>& trace, Callback callback);

  bool connected() const;
  const ClientOptions& options() const;

 private:
  explicit Client(std::shared_ptr<class ClientCore> core) : core_(std::move(core)) {}
  std::shared_ptr<class ClientCore> core_;
};

}  // namespace status::ipc
