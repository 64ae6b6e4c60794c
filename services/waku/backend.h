// What carries messages to and from a network. The service above does not know which implementation runs: `mesh`
// (ours), `native` (the delivery team's library) or `attach` (a node that already runs).
//
// Threads: a backend works on a thread of its own. Every Backend function may be called from any thread but that one,
// returns at once unless it says that it blocks, and answers through its `Done`, exactly once, on the backend's thread.
// All events and answers come on the backend's thread, one at a time: they may only copy and post.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ipc/base/result.h"
#include "services/waku/message.h"
#include "services/waku/sharding.h"

namespace status::waku {

enum class Connection { disconnected, partially_connected, connected };

struct ReceivedMessage {
  MessageHash hash{};
  std::string pubsub_topic;
  WakuMessage message;
  // Where a replay would go on after this message; grows with every message. 0: this one cannot be replayed (ephemeral,
  // or the backend keeps nothing).
  std::uint64_t position = 0;
};

class BackendEvents {
 public:
  virtual ~BackendEvents() = default;

  // A message of a subscribed content topic that another node sent, first seen now; a repeat is possible after a replay
  // and after the backend's memory of hashes ran out. False: no room. Then nothing more comes until `Backend::resume`,
  // which starts again with this message if it has a position; one without is lost.
  virtual bool on_message(ReceivedMessage message) = 0;
  // At least one node took the message over.
  virtual void on_propagated(const MessageHash& hash) = 0;
  // The same, from a backend that may give the message back as one of another node: by this hash it is known as ours.
  // It is another than `hash` where a library has sent it that chooses the time stamp by itself.
  virtual void on_propagated_as(const MessageHash& hash, const MessageHash& /*network_hash*/) { on_propagated(hash); }
  // Another node has stored it. Never for an ephemeral message.
  virtual void on_sent(const MessageHash& hash) = 0;
  // It was propagated, and nobody will say whether a node has stored it. The last word about it, as on_sent.
  virtual void on_unconfirmed(const MessageHash& /*hash*/) {}
  // No node took it in time. It may still travel later: a node that comes back asks for what it missed.
  virtual void on_error(const MessageHash& hash, const Error& error) = 0;
  virtual void on_connection(Connection connection) = 0;
  // All that is wanted up to this position has been given to on_message and was taken: once that is committed, a replay
  // need not look before it again. Now and then, not after each message.
  virtual void on_position(std::uint64_t position) = 0;
  // For the log: what an operator wants to know (a peer refused, an address that is taken).
  virtual void on_notice(const std::string& text) = 0;
};

struct StoreQuery {
  std::vector<std::string> content_topics;  // empty: all
  std::optional<std::int64_t> start_ns;     // of the sender's time stamp, inclusive
  std::optional<std::int64_t> end_ns;       // inclusive
  std::optional<MessageHash> cursor;        // of the previous page
  std::uint32_t limit = 20;                 // 1 ... kMaxStorePage
  bool forward = true;                      // oldest first
};
inline constexpr std::uint32_t kMaxStorePage = 100;

struct StoredMessage {
  MessageHash hash{};
  std::string pubsub_topic;
  WakuMessage message;
};

struct StorePage {
  std::vector<StoredMessage> messages;  // ordered by time stamp, then hash
  std::optional<MessageHash> cursor;    // absent: this was the last page
};

struct PeerInfo {
  std::string id;       // in the backend's own form; empty for a peer that was never reached and has no pin
  std::string address;  // as configured, or the remote end of an inbound link
  bool outbound = false;
  bool configured = false;
  bool connected = false;
  std::int64_t connected_since_ms = 0;  // Unix, our clock; 0 while not connected
  std::int64_t clock_offset_ms = 0;     // the peer's wall clock minus ours, as of its greeting
  std::int64_t round_trip_us = 0;       // of the last keepalive; 0 before the first
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::string agent;
  std::string last_error;  // why the last attempt or link ended
};

struct BackendInfo {
  std::string backend;
  std::string version;
  std::string id;                      // in the backend's own form: 64 hex digits, or a peer id of libp2p
  std::vector<std::string> addresses;  // that others can connect to, in the form `connect` takes
  Network network;
  std::uint32_t max_message_bytes = 0;
  Connection connection = Connection::disconnected;
  std::uint64_t stored_messages = 0;
  std::uint64_t stored_bytes = 0;
  // Monotonic since start, except those that end in `_now`. Names are stable, snake case, and fit for metrics.
  std::vector<std::pair<std::string, std::uint64_t>> counters;
};

// What the service remembers across restarts on the backend's behalf.
struct Resume {
  // Content topics, each with the position after which its messages are wanted.
  std::map<std::string, std::uint64_t> subscriptions;
  std::uint64_t position = 0;      // what comes up to here is committed or not wanted
  std::vector<std::string> peers;  // that `connect` added
  std::vector<MessageHash> own;    // sent before, and not known to be elsewhere
};

// What a backend says of that once it works.
struct Started {
  std::vector<MessageHash> missing;  // own messages that it does not have: they have to be sent again
};

template <class T>
using Done = std::function<void(Result<T>)>;

class Backend {
 public:
  virtual ~Backend() = default;

  // Blocks until the backend works or has failed. Messages after `resume.position` that the backend kept are delivered
  // first; own messages that it has it goes on with, and reports as those that were just sent. `events` outlives the
  // backend's run. FAILED_PRECONDITION when its settings cannot work.
  virtual Result<Started> start(BackendEvents& events, const Resume& resume) = 0;
  // Blocks; after it no event and no answer comes (unanswered calls have got UNAVAILABLE). May be repeated.
  virtual void stop() = 0;

  // The position of the newest message that it has seen: what comes from now on is after it.
  virtual void head(Done<std::uint64_t> done) = 0;

  // From now on. Idempotent. The topics have been checked by the caller.
  virtual void subscribe(std::vector<std::string> content_topics, Done<void> done) = 0;
  virtual void unsubscribe(std::vector<std::string> content_topics, Done<void> done) = 0;
  // After on_message answered false: go on after `position`, up to which all is committed or not wanted.
  virtual void resume(std::uint64_t position) = 0;

  // Answers when the message will survive this process (an ephemeral one: when it is queued). Errors:
  // RESOURCE_EXHAUSTED `waku.message_too_large`, `waku.too_many_pending`; ALREADY_EXISTS `waku.duplicate_message`;
  // those of the disk.
  virtual void send(WakuMessage message, Done<MessageHash> done) = 0;

  // Of `peer` (an id as `peers` gives it), or of the store that suits the backend best when empty. Errors: NOT_FOUND
  // `waku.unknown_peer`, `waku.unknown_cursor`; UNAVAILABLE when the peer goes away; DEADLINE_EXCEEDED.
  virtual void store_query(StoreQuery query, std::string peer, Done<StorePage> done) = 0;

  virtual void peers(Done<std::vector<PeerInfo>> done) = 0;
  // Answers with the peer's id once the link stands; from then on the backend keeps it up. Errors: INVALID_ARGUMENT
  // `waku.invalid_address`; UNAVAILABLE `waku.peer_unreachable`; FAILED_PRECONDITION `waku.wrong_peer`,
  // `waku.wrong_network`. A peer that could not be reached is not kept.
  virtual void connect(std::string address, Done<std::string> done) = 0;
  // Undoes `connect`; NOT_FOUND `waku.unknown_peer` unless that address was added by it.
  virtual void disconnect(std::string address, Done<void> done) = 0;
  virtual void info(Done<BackendInfo> done) = 0;
};

}  // namespace status::waku
