// How a server ends: nothing new, the running calls, what waits, the last replies.
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>

#include <algorithm>

#include "ipc/server/server.h"
#include "ipc/server/slot.h"

namespace status::ipc {
namespace {

// How long a closing server waits for its peers to read the last replies.
constexpr std::chrono::milliseconds kLinger{50};
// A peer that reads nothing may not hold it longer than this.
constexpr std::chrono::milliseconds kLongestLinger{1'000};

}  // namespace

void Server::sent() {
  last_sent_ns_ = monotonic_ns();
  sends_.fetch_sub(1);
}

bool Server::drain(MonotonicTime deadline) {
  draining_ = true;
  {
    std::unique_lock lock(mutex_);
    if (!drained_.wait_until(lock, deadline, [this] { return busy_ == 0; })) return false;
  }
  return pool_ == nullptr || pool_->wait_idle(deadline);
}

void Server::finish() {
  if (closing_.exchange(true) || !listener_) return;
  draining_ = true;
  std::vector<Slot*> slots;
  {
    std::lock_guard lock(mutex_);
    for (const auto& slot : slots_) slots.push_back(slot.get());
  }
  for (Slot* slot : slots) {
    slot->stop_receiving();
    if (!slot->win(slot->ticket())) continue;
    answered(*slot, {}, Code::unavailable);
    refuse(*slot, slot->request_id, stopping());
  }
  // Both wait for what runs; its answers come too late. They stay as objects, because somebody may still want to post.
  if (housekeeper_ != nullptr) housekeeper_->stop();
  if (pool_ != nullptr) pool_->stop();
  linger();
}

void Server::shutdown() {
  finish();
  timers_.stop();
  socket_.close();
  std::vector<std::unique_ptr<Slot>> closed;
  {
    std::lock_guard lock(mutex_);
    closed.swap(slots_);
  }
}

void Server::linger() {
  // NNG says that a reply is sent when it is queued, and closing drops the queue. Nothing tells when the peer has it,
  // so wait until nothing was sent for a while.
  const auto give_up = std::chrono::steady_clock::now() + kLongestLinger;
  while (std::chrono::steady_clock::now() < give_up) {
    const std::uint64_t last = last_sent_ns_;
    const std::uint64_t quiet_at = last + static_cast<std::uint64_t>(std::chrono::nanoseconds(kLinger).count());
    const std::uint64_t now = monotonic_ns();
    if (sends_ == 0 && (last == 0 || now >= quiet_at)) return;
    nng_msleep(now < quiet_at ? static_cast<nng_duration>((quiet_at - now) / 1'000'000U + 1) : 1);
  }
}

}  // namespace status::ipc
