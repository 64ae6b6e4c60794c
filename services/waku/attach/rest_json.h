// What the node's REST server writes and reads, as plain values. Nodes differ: names in camel or snake case, bytes as
// base64 of any kind or as a list of numbers, times as numbers or texts, `null` for an empty list. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "services/waku/backend.h"
#include "services/waku/message.h"

namespace status::waku::attach {

// A message as relay, filter and light push take it.
Value message_value(const WakuMessage& message);

// A list of messages; those that cannot be understood are counted and left out.
struct Drained {
  std::vector<WakuMessage> messages;
  std::size_t unreadable = 0;
  std::size_t all() const { return messages.size() + unreadable; }
};
// Errors, here and below: DATA_LOSS `waku.node_gibberish` when the text is not what it should be.
Result<Drained> drained_from(const std::string& text);
// The same of the messaging interface's records. One without a time stamp, as some nodes write them, is unreadable: its
// hash cannot be checked, and the store has all of it.
Result<Drained> received_from(const std::string& text);

struct StoreEntry {
  MessageHash hash{};  // what the store says, or ours where it says nothing
  std::string pubsub_topic;
  std::optional<WakuMessage> message;  // none where only hashes were asked for
};
struct StoreAnswer {
  std::vector<StoreEntry> entries;
  std::string cursor;          // of the next page, as the node wants it back; empty: this was the last
  std::size_t unreadable = 0;  // entries left out
  std::size_t wrong_hash = 0;  // entries left out whose hash is not that of the message
};
// Store v3. `pubsub_topic`: of entries that name none.
Result<StoreAnswer> store_from(const std::string& text, const std::string& pubsub_topic);
// The store protocol before it, which names neither hashes nor pubsub topics: both are computed for `network`.
Result<StoreAnswer> legacy_store_from(const std::string& text, const Network& network);

struct NodeInfo {
  std::vector<std::string> addresses;
  std::string enr;
  std::string peer_id;  // empty when no address names it
};
Result<NodeInfo> info_from(const std::string& text);

struct Health {
  bool initialising = false;
  // Nothing when the node does not say.
  std::optional<Connection> connection;
  std::string text;  // the node's own words, for people
};
// Of any text: what is no health report says nothing.
Health health_from(const std::string& text);

Result<std::vector<PeerInfo>> peers_from(const std::string& text);

}  // namespace status::waku::attach
