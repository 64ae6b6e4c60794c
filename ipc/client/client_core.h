// The state behind a Client: its socket, its connections and its calls in flight. Private to ipc/client.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "ipc/client/client.h"
#include "ipc/nng/aio.h"

namespace status::ipc {

class ClientCore;

// One REQ context with the call that it carries.
//
// The receive is posted when the send is through: posted together they would save a thread switch, but Debian's NNG panics when either is cancelled then.
class Courier {
 public:
  Courier(ClientCore& core, std::size_t index, nng_ctx context)
      : core_(core), index_(index), context_(context), send_(&Courier::on_sent, this), receive_(&Courier::on_reply, this) {}

  void send(Message request);
  // Whichever of the two is under way.
  void cancel() {
    send_.cancel();
    receive_.cancel();
  }

  ClientCore& core() { return core_; }
  std::size_t index() const { return index_; }

  // Under the core's mutex.
  std::uint64_t ticket = 0;  // 0: free
  std::string method;
  std::uint64_t started_ns = 0;
  std::uint64_t deadline_ns = 0;
  Message waiting;  // not yet sent: there is no connection
  Client::Callback callback;
  std::optional<Error> verdict;  // why it was cancelled; what is started later cancels again

 private:
  static void on_sent(void* self);
  static void on_reply(void* self);

  ClientCore& core_;
  std::size_t index_;
  Context context_;
  Aio send_;
  Aio receive_;
};

class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  ClientCore(ClientOptions options, Socket socket, ClientObserver* observer)
      : options_(std::move(options)), observer_(observer), socket_(std::move(socket)) {}

  Status dial();
  void close();
  CallHandle start(Message request, std::uint32_t deadline_ms, std::string_view method, Client::Callback callback);
  void cancel(std::size_t index, std::uint64_t ticket);
  void finish(Courier& courier, Result<Response> result);
  // After an operation was started: a cancellation may have come just before.
  void cancel_if_judged(Courier& courier);
  bool connected() const { return pipes_.load(std::memory_order_relaxed) > 0; }
  const ClientOptions& options() const { return options_; }

 private:
  static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* self);
  Courier* take_courier_locked();
  void pipe_added();
  void pipe_removed();
  // Ends every call that `verdict` says something about.
  void end_calls(const std::function<std::optional<Error>(const Courier&)>& verdict);
  void give_up_unconnected(std::uint64_t epoch);
  void arm_patience_locked();
  void arm_deadline_locked(std::uint64_t deadline_ns);
  void expire_overdue();
  Error not_connected() const;

  const ClientOptions options_;
  ClientObserver* observer_;
  std::atomic<int> pipes_{0};

  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<std::unique_ptr<Courier>> couriers_;  // grows to max_in_flight
  std::vector<Courier*> free_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t epoch_ = 0;  // of the connection: changes with every pipe added
  bool patience_armed_ = false;
  std::uint64_t armed_deadline_ns_ = 0;  // 0: no timer
  bool closing_ = false;
  bool reply_may_come_ = false;  // to a call that was given up: the socket must not be closed then
  std::size_t in_flight_ = 0;

  Socket socket_;
  TimerQueue timers_;
};

}  // namespace status::ipc
