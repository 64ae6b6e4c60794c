// One network's events: new blocks, readiness, and what becomes of the transactions that were sent here. On the
// backend's thread, but for the constructor.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "ipc/base/clock.h"
#include "services/chain/backend.h"
#include "services/chain/event_sink.h"

namespace status::chain {

class Follower final : public BackendEvents {
 public:
  static constexpr std::size_t kMostFollowed = 1'024;
  static constexpr std::chrono::hours kLostAfter{1};

  // They outlive it. `confirmations`: blocks, its own included, after which a transaction is not followed any more.
  Follower(std::string network, Backend& backend, EventSink& events, const Clock& clock, std::uint64_t confirmations);

  // A transaction that an endpoint has taken.
  void follow(const Hash& transaction);
  // Any thread; of a moment ago.
  bool full() const { return count_ >= kMostFollowed; }
  // Any thread.
  const std::atomic<std::uint64_t>& height() const { return height_; }

  void on_head(const Head& head, bool reorganised) override;
  void on_readiness(Readiness readiness, const std::string& why) override;
  void on_notice(const std::string& text) override { events_.note(network_ + ": " + text); }

 private:
  struct Followed {
    MonotonicTime sent;
    std::optional<Hash> block;  // that it is in
    bool asked = false;         // an answer is on its way
  };

  void look(const Hash& transaction);
  void learned(const Hash& transaction, const Result<Answered<ReceiptInfo>>& receipt);
  void say(const Hash& transaction, const char* status, const Against* against);
  void forget(const Hash& transaction);

  const std::string network_;
  Backend& backend_;
  EventSink& events_;
  const Clock& clock_;
  const std::uint64_t confirmations_;
  std::map<Hash, Followed> followed_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::uint64_t> height_ = 0;
};

}  // namespace status::chain
