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
// The receive is posted together with the send: NNG allows it, and it saves a thread switch per call. The send operation has no callback, for the same reason.
class Courier {
 public:
  Courier(ClientCore& core, std::size_t index, nng_ctx context)
      : core_(core), index_(index), context_(context), receive_(&Courier::on_reply, this) {}

  void send(Message request, nng_duration timeout);
  void cancel() { receive_.cancel(); }

  ClientCore& core() { return core_; }
  std::size_t index() const { return index_; }

  // Under the core's mutex.
  std::uint64_t ticket = 0;  // 0: free
  std::string method;
  std::uint64_t started_ns = 0;
  std::uint64_t deadline_ns = 0;
  Message waiting;  // not yet sent: there is no connection
  Client::Callback callback;
  bool lost = false;  // cancelled because the connection is gone, not by the caller

 private:
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
  bool connected() const { return pipes_.load(std::memory_order_relaxed) > 0; }
  const ClientOptions& options() const { return options_; }

 private:
  static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* self);
  Courier* take_courier_locked();
  void pipe_added();
  void pipe_removed();
  void give_up_unconnected(std::uint64_t epoch);
  void arm_patience_locked();
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
  bool closing_ = false;
  std::size_t in_flight_ = 0;

  Socket socket_;
  TimerQueue timers_;
};

}  // namespace status::ipc
