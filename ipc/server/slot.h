// One REP context and the request it is busy with. Private to ipc/server.
//
// Its operations have no time-outs of NNG's: each would wake NNG's expiry thread once more, and the server looks after
// peers that do not take their answers itself (server_house.cpp).
//
// A slot receives, hands the request to the server, waits for the one answer, sends it, and receives again. Whoever
// turns the ticket to zero first (a handler on any thread, or the deadline) has the right to answer; everybody else
// comes too late.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "ipc/control/crash_area.h"
#include "ipc/nng/aio.h"
#include "ipc/nng/socket.h"
#include "ipc/server/access.h"
#include "ipc/wire/trace.h"

namespace status::ipc {

class Server;

class Slot {
 public:
  Slot(Server& server, nng_ctx context) : server_(server), context_(context), aio_(&Slot::on_event, this) {}

  void receive();
  void send(Message message);
  // Ends a pending receive; a reply that is being sent goes out.
  void stop_receiving();

  bool receiving() const { return phase_.load() == Phase::receiving; }
  // For how long the peer has not taken the answer; zero when none is being sent. Any thread.
  std::chrono::milliseconds stuck() const;
  // Closes the connection that the request came on.
  void drop_peer();
  // Ends all connections of the client that the request came from: what is being sent on them ends.
  void drop_client();

  // True for exactly one caller per ticket.
  bool win(std::uint64_t ticket) {
    return ticket != 0 && ticket_.compare_exchange_strong(ticket, 0, std::memory_order_acq_rel);
  }
  void issue(std::uint64_t ticket) { ticket_.store(ticket, std::memory_order_release); }
  std::uint64_t ticket() const { return ticket_.load(std::memory_order_acquire); }

  Server& server() { return server_; }

  // What the deadline needs to answer by itself, and what the books need afterwards. Written before issue(), read by
  // the winner.
  std::uint32_t request_id = 0;
  std::atomic<std::uint32_t> pipe{0};
  std::atomic<std::uint64_t> client{0};  // whose connection that is (peers.h)
  std::string method;
  std::string echo;
  std::shared_ptr<const Caller> caller;
  std::optional<Trace> trace;
  std::size_t request_bytes = 0;
  std::uint64_t received_ns = 0;
  std::uint64_t sent_by_caller_ns = 0;
  std::size_t crash_slot = control::CrashArea::kNoSlot;
  std::atomic<std::uint64_t> deadline_ns{0};
  std::atomic<bool> parked{false};

 private:
  enum class Phase : std::uint8_t { receiving, busy, sending, closed };
  static void on_event(void* self);

  Server& server_;
  std::atomic<Phase> phase_{Phase::receiving};
  std::atomic<std::uint64_t> sending_since_ns_{0};
  std::atomic<std::uint64_t> ticket_{0};
  Context context_;
  Aio aio_;  // destroyed first: no callback outlives the context
};

}  // namespace status::ipc
