#include "services/chain/follower.h"

#include "services/chain/views.h"

namespace status::chain {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

Follower::Follower(std::string network, Backend& backend, EventSink& events, const Clock& clock,
                   std::uint64_t confirmations)
    : network_(std::move(network)), backend_(backend), events_(events), clock_(clock), confirmations_(confirmations) {}

void Follower::follow(const Hash& transaction) {
  if (followed_.size() >= kMostFollowed) return;
  const auto [place, added] = followed_.try_emplace(transaction, Followed{clock_.monotonic(), {}, false});
  count_ = followed_.size();
  if (added) look(transaction);
}

void Follower::on_head(const Head& head, bool reorganised) {
  height_ = head.against.number;
  events_.publish(HeadChanged{network_, view_of(head), reorganised});
  for (auto& [transaction, followed] : followed_) {
    if (!followed.asked) look(transaction);
  }
}

void Follower::on_readiness(Readiness readiness, const std::string& why) {
  events_.publish(ReadinessChanged{network_, std::string(to_word(readiness)), why});
  readiness == Readiness::ready ? events_.well(network_) : events_.trouble(network_, why);
}

void Follower::look(const Hash& transaction) {
  followed_.at(transaction).asked = true;
  backend_.receipt(
      transaction, clock_.monotonic() + kPatience,
      [this, transaction](const Result<Answered<ReceiptInfo>>& receipt) { learned(transaction, receipt); });
}

void Follower::learned(const Hash& transaction, const Result<Answered<ReceiptInfo>>& receipt) {
  const auto found = followed_.find(transaction);
  if (found == followed_.end()) return;
  Followed& followed = found->second;
  followed.asked = false;
  if (!receipt) {
    if (receipt.error().code != Code::not_found) return;  // the next block brings the next look
    if (followed.block) say(transaction, "pending", nullptr);
    followed.block.reset();
    if (clock_.monotonic() - followed.sent < kLostAfter) return;
    say(transaction, "lost", nullptr);
    return forget(transaction);
  }
  const Against& against = receipt->against;
  if (followed.block != against.hash) {
    followed.block = against.hash;
    say(transaction, receipt->value.succeeded ? "included" : "reverted", &against);
  }
  if (height_ + 1 < against.number + confirmations_) return;
  say(transaction, "confirmed", &against);
  forget(transaction);
}

void Follower::say(const Hash& transaction, const char* status, const Against* against) {
  TransactionStatus event{network_, hex_of(transaction), status, {}};
  if (against != nullptr) event.block = block_of(*against);
  events_.publish(event);
}

void Follower::forget(const Hash& transaction) {
  followed_.erase(transaction);
  count_ = followed_.size();
}

}  // namespace status::chain
