// Messages that `waku.send` has taken over, until their fate is known: hands them to the backend, again if it could not
// take them, and knows which request a message belongs to. Any thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ipc/base/clock.h"
#include "services/waku/backend.h"
#include "services/waku/schema.h"

namespace status::waku {

// What has become of an own message.
struct Outcome {
  enum class Kind { propagated, sent, unconfirmed, failed };
  Kind kind = Kind::propagated;
  MessageHash hash{};
  Error error;                              // when failed
  std::optional<MessageHash> network_hash;  // when propagated: what other nodes call it, if the backend says so
};

class OutboxObserver {
 public:
  virtual ~OutboxObserver() = default;
  // On the backend's thread: only copy and post.
  virtual void on_outcome(Outcome outcome) = 0;
  virtual void on_attention() = 0;  // next_attention() has changed
};

struct Timing {
  std::chrono::milliseconds retry{1'000};             // after a failure of the backend or the database
  std::chrono::milliseconds give_up{60'000};          // the backend has not taken a message for so long
  std::chrono::milliseconds forget{600'000};          // nothing was heard of a message for so long
  std::chrono::milliseconds housekeeping{3'600'000};  // consumers that have gone are looked for
};

class Outbox {
 public:
  static constexpr std::size_t kCapacity = 4096;

  // The observer and the backend outlive it; it outlives the backend's run.
  Outbox(Backend& backend, const Clock& clock, const Timing& timing, OutboxObserver& observer)
      : backend_(backend), clock_(clock), timing_(timing), observer_(observer) {}

  bool full() const;
  std::size_t size() const;
  void submit(const OwnMessage& own);
  // One of the process before this, which the backend goes on with by itself unless it is submitted.
  void adopt(const OwnMessage& own);

  struct Request {
    Bytes id;
    bool ephemeral = false;
  };
  // The request that the message belongs to; empty when it is unknown or finished.
  std::optional<Request> request_of(const MessageHash& hash) const;
  void finish(const MessageHash& hash);

  // Hands over again what the backend did not take, and forgets what nothing was heard of; which.
  std::vector<MessageHash> tick();
  // When tick() has something to do; empty: never.
  std::optional<MonotonicTime> next_attention() const;

 private:
  struct Entry {
    Request request;
    std::shared_ptr<const WakuMessage> message;  // null once the backend has it
    bool handing_over = false;
    MonotonicTime submitted;
    MonotonicTime attention;
  };

  void hand_over(const MessageHash& hash, const WakuMessage& message);
  void on_answer(const MessageHash& hash, const Result<MessageHash>& answer);

  Backend& backend_;
  const Clock& clock_;
  const Timing timing_;
  OutboxObserver& observer_;
  mutable std::mutex mutex_;
  std::map<MessageHash, Entry> entries_;  // under mutex_
};

}  // namespace status::waku
