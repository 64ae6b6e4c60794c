// What the peer has not acknowledged yet. Functions on an open transaction; errors are the store's.
#pragma once

#include <string>
#include <vector>

#include "services/chat/protocol/frame.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

struct Outgoing {
  std::int64_t conversation = 0;
  std::uint64_t sequence = 0;
  FrameKind kind = FrameKind::text;
  std::int64_t time_ms = 0;
  std::string content;
  std::string topic;
  Bytes payload;  // the bytes that are sent, now and again
  std::string conversation_name;
};

// Where a row stands, without its bytes.
struct OutgoingKey {
  std::int64_t conversation = 0;
  std::uint64_t sequence = 0;
  bool handed_over = false;
};

Status insert_outgoing(store::Transaction& tx, const Outgoing& outgoing);
// Topic, payload and `conversation_name` alone.
Result<std::optional<Outgoing>> load_outgoing(store::Transaction& tx, std::int64_t conversation,
                                              std::uint64_t sequence);
// All but topic and payload.
Result<std::optional<Outgoing>> content_of_outgoing(store::Transaction& tx, std::int64_t conversation,
                                                    std::uint64_t sequence);
// New bytes for the same content, which the network has not got yet.
Status replace_payload(store::Transaction& tx, const Outgoing& outgoing);
Status mark_handed_over(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence);
Status delete_outgoing(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence);
// All of a conversation, with content and without payload, by sequence.
Result<std::vector<Outgoing>> outgoing_of(store::Transaction& tx, std::int64_t conversation);
// All rows in the order in which they were made.
Result<std::vector<OutgoingKey>> all_outgoing(store::Transaction& tx);
Result<std::uint64_t> count_outgoing(store::Transaction& tx, std::int64_t conversation);
// Those that the reader would count: texts.
Result<std::uint64_t> count_outgoing_texts(store::Transaction& tx, std::int64_t conversation);

}  // namespace status::chat::tables
