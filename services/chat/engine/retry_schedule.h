// When which message of the outbox is handed to the network, first and again (PROTOCOL.md section 6). It mirrors the
// outbox table in memory, without the bytes. One thread; the clock comes in with each call.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "services/chat/protocol/sequence_set.h"

namespace status::chat {

struct RetryPolicy {
  std::chrono::milliseconds first{1'000};  // from hand-over to the first repetition
  std::chrono::milliseconds cap{30'000};   // it doubles up to this, ±20 %
  std::size_t burst_to_silent = 8;         // repetitions at a time while the peer says nothing
  std::size_t burst = 64;                  // the same once it has said something
  std::size_t in_flight = 32;              // hand-overs at a time, over all conversations: half of what waku queues
  std::chrono::milliseconds blocked_first{100};  // pause after a refused hand-over, doubling to blocked_cap
  std::chrono::milliseconds blocked_cap{5'000};
  // What a peer that speaks has not taken for so long, in so many repetitions, is encrypted anew: it may have lost the
  // key. Each time takes twice as long as the one before.
  std::chrono::milliseconds unreadable{20'000};
  std::uint32_t unreadable_repetitions = 4;
};

class RetrySchedule {
 public:
  RetrySchedule(const RetryPolicy& policy, Random& random) : policy_(policy), random_(random) {}

  struct Item {
    std::int64_t conversation = 0;
    std::uint64_t sequence = 0;
    std::uint64_t attempt = 0;  // tells the hand-overs of one message apart
    bool repeated = false;      // the network has taken it over before
    bool unreadable = false;    // to be encrypted anew first: then say `sealed_anew`
  };

  // A new row. What was handed over before a restart counts as silent and overdue.
  void add(std::int64_t conversation, std::uint64_t sequence, bool handed_over, MonotonicTime now);
  // The rows of a conversation have new bytes: all of them are new again.
  void restart(std::int64_t conversation);
  void remove(std::int64_t conversation, std::uint64_t sequence);
  // The row has new bytes, which the item that asked for them hands over.
  void sealed_anew(const Item& item, MonotonicTime now);

  // What to hand over now. Each item is answered by `completed`.
  std::vector<Item> take(MonotonicTime now);
  // True when this was the first hand-over of the row and it was accepted.
  bool completed(const Item& item, bool accepted, MonotonicTime now);

  // The rows that `received` covers.
  std::vector<std::uint64_t> covered(std::int64_t conversation, const SequenceSet& received) const;
  // The peer has said something; `news`: it acknowledged rows. What was sent more than `first` ago did not get through,
  // and is due now.
  void heard(std::int64_t conversation, bool news, MonotonicTime now);
  // The network is back: everything is due.
  void network_back(MonotonicTime now);

  // When `take` will have something, unless a completion comes first.
  std::optional<MonotonicTime> next_due() const;
  std::size_t size(std::int64_t conversation) const;

 private:
  struct Row {
    bool handed_over = false;
    std::uint64_t order = 0;    // of its addition
    std::uint64_t attempt = 0;  // 0: not in flight
    MonotonicTime last_sent{};
    MonotonicTime sealed{};  // or known since: these bytes
    std::uint32_t seals = 0;
    std::uint32_t repetitions = 0;  // of these bytes, after which the peer was heard
    std::uint64_t heard = 0;        // Conversation::heard at the last one
  };
  struct Conversation {
    std::map<std::uint64_t, Row> rows;
    std::chrono::milliseconds backoff{};
    std::optional<MonotonicTime> next_retry;
    bool silent = true;
    std::uint64_t heard = 0;  // times
  };

  void burst(std::int64_t id, Conversation& conversation, MonotonicTime now, std::vector<Item>& out);
  Item start(std::int64_t conversation, std::uint64_t sequence, Row& row);
  bool is_unreadable(const Row& row, MonotonicTime now) const;
  std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay);

  const RetryPolicy policy_;
  Random& random_;
  std::map<std::int64_t, Conversation> conversations_;  // those with rows
  // Never handed over and not in flight, by order; may name rows that are gone.
  std::map<std::uint64_t, std::pair<std::int64_t, std::uint64_t>> fresh_;
  std::uint64_t orders_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t attempts_ = 0;
  std::chrono::milliseconds blocked_backoff_{};
  MonotonicTime blocked_until_{};
};

}  // namespace status::chat
