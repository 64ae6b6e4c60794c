// What a server looks after every tenth of a second while it serves.
#include "ipc/server/server.h"
#include "ipc/server/slot.h"

namespace status::ipc {
namespace {

// Every second a connection is opened and closed to see that NNG's reaper thread still lives. It costs 0.4 ms; until it
// is seen, nothing that lost its peer connects again.
constexpr std::uint64_t kReaperCheckRounds = 10;
// A peer that reads takes an answer within microseconds; one that is stopped for a while may go on.
constexpr std::chrono::milliseconds kDeafAfter{5'000};
constexpr std::chrono::milliseconds kDeafAfterWhenShort{100};

}  // namespace

void Server::keep_house() {
  if (!listening_) return;
  listener_->revive_if_lost();
  drop_deaf_peers();
  if (++house_rounds_ % kReaperCheckRounds == 0) (void)listener_->reachable();
}

// NNG queues an answer behind the one that its peer does not take, and the context with it: a client that asks and
// never reads would take all of them, and everybody else would wait.
void Server::drop_deaf_peers() {
  if (sends_ == 0) return;
  std::vector<Slot*> stuck;
  std::size_t receiving = 0;
  {
    std::lock_guard lock(mutex_);
    for (const auto& slot : slots_) {
      if (slot->receiving()) ++receiving;
      if (slot->stuck() >= kDeafAfterWhenShort) stuck.push_back(slot.get());
    }
  }
  const auto patience = receiving < options_.reserve ? kDeafAfterWhenShort : kDeafAfter;
  for (Slot* slot : stuck) {
    // It loses an answer: better that it knows now than at its deadline.
    if (slot->stuck() >= patience) slot->drop_client();
  }
}

}  // namespace status::ipc
