// The state behind a Client: its socket, its connections and its calls in flight. Private to ipc/client.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "ipc/base/random.h"
#include "ipc/client/client.h"
#include "ipc/client/dialer.h"
#include "ipc/nng/aio.h"
#include "ipc/wire/limits.h"

namespace status::ipc {

class ClientCore;

// A method's name without an allocation; what goes past the limit of the wire is cut.
class MethodName {
 public:
  void assign(std::string_view name) {
    size_ = std::min(name.size(), text_.size());
    std::copy_n(name.data(), size_, text_.data());
  }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kMaxMethod> text_{};
  std::size_t size_ = 0;
};

// Where a call belongs.
struct CallTrace {
  std::optional<Trace> trace;
  std::array<std::uint8_t, 8> parent{};  // span; all zero: none
};

// One REQ context with the call that it carries.
//
// The receive is posted when the send is through: posted together they would save a thread switch, but Debian's NNG
// panics when either is cancelled then. A connection that is ready takes the message at once, so the first try neither
// waits nor calls back; only when every connection is busy does the message queue in NNG, and its callback posts the
// receive.
class Courier {
 public:
  Courier(ClientCore& core, std::size_t index, nng_ctx context);

  // Both under the core's mutex: NNG calls nobody back from within.
  void send(Message request);
  // Whichever operation is under way.
  void cancel() {
    send_.cancel();
    receive_.cancel();
  }
  void receive() { nng_ctx_recv(context_.get(), receive_.get()); }

  std::size_t index() const { return index_; }

  // Under the core's mutex.
  std::uint64_t ticket = 0;  // 0: free
  // For the books.
  struct About {
    MethodName method;
    CallTrace trace;
    std::size_t bytes = 0;
    std::uint64_t started_ns = 0;
  };
  About about;
  std::uint64_t deadline_ns = 0;
  Message waiting;  // not yet sent: there is no connection
  Client::Callback callback;
  bool quiet = false;            // the observer is not told
  std::optional<Error> verdict;  // why it was cancelled

 private:
  static void on_sent(void* self);
  static void on_reply(void* self);
  Error error_of(int result) const;

  ClientCore& core_;
  std::size_t index_;
  Context context_;
  Aio try_send_;
  Aio send_;
  Aio receive_;
};

class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  ClientCore(ClientOptions options, Socket socket, ClientObserver* observer)
      : options_(std::move(options)), observer_(observer), socket_(std::move(socket)) {}

  Status dial();
  void close();
  CallHandle start(Message request, std::uint32_t deadline_ms, std::string_view method, const CallTrace& trace,
                   Client::Callback callback, bool quiet = false);
  void cancel(std::size_t index, std::uint64_t ticket);
  // For a request that left NNG's queue. False when the call was given up meanwhile.
  bool await_reply(Courier& courier);
  void finish(Courier& courier, Result<Response> result);
  bool connected() const { return pipes_.load(std::memory_order_relaxed) > 0; }
  const ClientOptions& options() const { return options_; }
  Random& ids() { return ids_; }
  std::size_t timers_waiting() { return timers_.waiting(); }

 private:
  static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* weak_self);
  Courier* take_courier_locked();
  void pipe_added();
  void pipe_removed();
  // Ends every call that `verdict` says something about.
  void end_calls(const std::function<std::optional<Error>(const Courier&)>& verdict);
  void give_up_unconnected(std::uint64_t epoch);
  void arm_patience_locked();
  void arm_deadline_locked(std::uint64_t deadline_ns);
  void expire_overdue();
  void close_socket();
  void tell(const Courier::About& about, const Result<Response>& result) const;
  Error not_connected() const;

  const ClientOptions options_;
  IdRandom ids_;
  ClientObserver* observer_;
  std::atomic<int> pipes_{0};
  std::atomic<bool> closing_{false};
  std::atomic<std::size_t> in_flight_{0};

  std::mutex mutex_;
  std::condition_variable changed_;                // in_flight_ fell to 0 while closing, or a connection came
  std::deque<std::unique_ptr<Courier>> couriers_;  // grows to max_in_flight
  std::vector<Courier*> free_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t epoch_ = 0;  // of the connection: changes with every pipe added
  bool patience_armed_ = false;
  std::optional<TimerQueue::Id> deadline_timer_;  // the one timer for the earliest deadline
  std::uint64_t armed_deadline_ns_ = 0;
  bool reply_may_come_ = false;  // to a call that was given up: the socket must not be closed then

  std::unique_ptr<std::weak_ptr<ClientCore>> weak_self_;  // what NNG's pipe callbacks hold
  Socket socket_;
  TimerQueue timers_;
  Dialer dialer_{timers_};
};

}  // namespace status::ipc
