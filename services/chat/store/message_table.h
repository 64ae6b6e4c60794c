// What the reader sees of a conversation. Functions on an open transaction; errors are the store's.
#pragma once

#include <string>
#include <vector>

#include "services/chat/protocol/address.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

enum class MessageState : std::uint8_t { pending = 0, sent = 1, delivered = 2, received = 3 };

struct Message {
  std::int64_t position = 0;  // order of the reader; grows over all conversations
  std::int64_t conversation = 0;
  bool outgoing = false;
  std::uint64_t sequence = 0;
  MessageId id{};
  std::int64_t time_ms = 0;
  std::string content;
  MessageState state = MessageState::pending;
  bool late = false;
};

// Sets `position`.
Status insert_message(store::Transaction& tx, Message& message);
// An own message that went further; empty when the reader has deleted it.
Result<std::optional<Message>> find_outgoing(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence);
Status set_state(store::Transaction& tx, std::int64_t position, MessageState state);

// Newest first below `before`, or oldest first above `after`.
Result<std::vector<Message>> messages_before(store::Transaction& tx, std::int64_t conversation, std::int64_t before,
                                             std::size_t limit);
Result<std::vector<Message>> messages_after(store::Transaction& tx, std::int64_t conversation, std::int64_t after,
                                            std::size_t limit);
Result<std::optional<std::int64_t>> position_of(store::Transaction& tx, std::int64_t conversation, ByteView message_id);
// 0 without messages.
Result<std::int64_t> newest_position(store::Transaction& tx, std::int64_t conversation);
Result<std::uint64_t> count_unread(store::Transaction& tx, std::int64_t conversation, std::int64_t read_position);
Status delete_messages(store::Transaction& tx, std::int64_t conversation);

}  // namespace status::chat::tables
