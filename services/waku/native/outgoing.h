// Own messages, from the service's hand until the library has said its last word about them.
//
// Messaging tier: `logosdelivery_send` answers with a request id, and events tell of that id. The library makes the
// message, so the network knows it by another hash than ours. Relay tier: the message is ours as it is, and the answer of
// `waku_relay_publish` means that another node has it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ipc/base/clock.h"
#include "services/waku/backend.h"
#include "services/waku/native/counters.h"
#include "services/waku/native/library.h"
#include "services/waku/native/node_event.h"
#include "services/waku/seen_cache.h"

namespace status::waku::native {

// The backend's thread only.
class Outgoing {
 public:
  static constexpr std::size_t kUnderWay = 64;  // calls at once
  // Later than the library gives up: it says nothing of a message that no store confirms within a minute.
  static constexpr std::chrono::seconds kSilence{150};

  class Caller {
   public:
    virtual ~Caller() = default;
    virtual void call(const LibraryCall& call, Done<std::string> done) = 0;
  };

  // All outlive it. `confirms`: the messaging tier says when a store has a message.
  Outgoing(Caller& library, BackendEvents& events, const Clock& clock, Counters& counters, bool confirms)
      : library_(library), events_(events), clock_(clock), counters_(counters), confirms_(confirms) {}

  // The library is there, and this is how it sends; or it is away, and calls are refused until it is back.
  void open(Tier tier);
  void close() { tier_.reset(); }
  // It has ended: what it had not propagated is sent again, of the rest nothing more will be heard.
  void forget_library();

  // ALREADY_EXISTS while that very message is under way; else as Backend::send, and UNAVAILABLE while the library is away.
  void send(WakuMessage message, const std::string& pubsub_topic, Done<MessageHash> done);
  void on_progress(const Progress& progress);
  // Whether it is one of ours that came back, or may be one: that is told when its own hash is known. True: it is kept.
  bool keep_own(const ReceivedMessage& message);
  // What was kept and is another node's after all.
  std::vector<ReceivedMessage> take_foreign() { return std::exchange(foreign_, {}); }

  void tick();
  // Stays where it is until then, however much happens meanwhile.
  std::optional<MonotonicTime> next_tick() const { return tick_at_; }

 private:
  struct Entry {
    WakuMessage message;
    std::string pubsub_topic;
    Done<MessageHash> done;  // until the library has taken it for the first time
    std::string request_id;
    std::optional<ReceivedMessage> echo;
    bool propagated = false;
    std::size_t digest = 0;  // of topic and payload
    MonotonicTime since;
  };
  using Entries = std::map<MessageHash, Entry>;

  void pump();
  void answered(const MessageHash& hash, Tier tier, const Result<std::string>& answer);
  void refused(Entries::iterator entry, const Error& error);
  void taken_by_messaging(Entries::iterator entry, const std::string& request_id);
  void published(Entries::iterator entry, const std::string& answer);
  void propagated(Entries::iterator entry, const MessageHash& network_hash);
  void unconfirmed(Entries::iterator entry);
  void forget_content(Entries::iterator entry);
  void erase(Entries::iterator entry);
  static std::size_t digest(const WakuMessage& message);

  Caller& library_;
  BackendEvents& events_;
  const Clock& clock_;
  Counters& counters_;
  const bool confirms_;
  std::optional<Tier> tier_;
  Entries entries_;
  std::map<std::string, MessageHash> requests_;
  std::unordered_multimap<std::size_t, MessageHash> contents_;  // of those that may come back under another hash
  std::deque<MessageHash> queue_;
  std::deque<MessageHash> later_;                       // to be tried again at the next tick
  std::map<std::string, std::vector<Progress>> early_;  // of answers that have not come yet
  std::size_t under_way_ = 0;
  std::optional<MonotonicTime> tick_at_;  // while there are entries
  SeenCache own_{8'192, std::chrono::hours(2)};
  std::vector<ReceivedMessage> foreign_;
};

}  // namespace status::waku::native
