#include "ipc/server/slot.h"

#include "ipc/base/clock.h"
#include "ipc/base/failpoint.h"
#include "ipc/server/hang_up.h"
#include "ipc/server/server.h"

namespace status::ipc {

void Slot::receive() {
  phase_.store(Phase::receiving);
  nng_ctx_recv(context_.get(), aio_.get());
}

void Slot::send(Message message) {
  failpoint(Moment::before, "reply", method);
  sending_since_ns_.store(monotonic_ns());
  phase_.store(Phase::sending);
  server_.sending();
  aio_.set_message(std::move(message));
  nng_ctx_send(context_.get(), aio_.get());
}

std::chrono::milliseconds Slot::stuck() const {
  if (phase_.load() != Phase::sending) return {};
  const std::uint64_t since = sending_since_ns_.load();
  const std::uint64_t now = monotonic_ns();
  return std::chrono::milliseconds(now < since ? 0 : (now - since) / 1'000'000U);
}

void Slot::drop_peer() {
  nng_pipe peer = NNG_PIPE_INITIALIZER;
  peer.id = pipe.load();
  nng_pipe_close(peer);
}

void Slot::drop_client() { hang_up(server_.options().url, client.load(), pipe.load()); }

void Slot::stop_receiving() {
  if (phase_.load() == Phase::receiving) aio_.cancel();
}

void Slot::on_event(void* self) {
  auto& slot = *static_cast<Slot*>(self);
  const int result = slot.aio_.result();
  if (slot.phase_.load() == Phase::sending) {
    if (result != 0) {
      slot.aio_.take_message();
    } else {
      failpoint(Moment::after, "reply", slot.method);
    }
    slot.server_.sent();
  } else if (result == 0) {
    slot.phase_.store(Phase::busy);
    slot.server_.received(slot, slot.aio_.take_message());
    return;
  }
  if (slot.server_.closing() || result == NNG_ECLOSED) {
    slot.phase_.store(Phase::closed);
  } else {
    slot.receive();
  }
}

}  // namespace status::ipc
