#include "services/chat/store/message_table.h"

#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

#define MESSAGE_COLUMNS "position, conversation, outgoing, sequence, id, time_ms, content, state, late"

Message read(const store::Statement& row) {
  Message out;
  out.position = row.int64(0);
  out.conversation = row.int64(1);
  out.outgoing = row.int64(2) != 0;
  out.sequence = unsigned_column(row, 3);
  out.id = array_column<MessageId>(row, 4);
  out.time_ms = row.int64(5);
  out.content = row.text(6);
  out.state = static_cast<MessageState>(row.int64(7));
  out.late = row.int64(8) != 0;
  return out;
}

}  // namespace

Status insert_message(store::Transaction& tx, Message& message) {
  Status done = execute(tx,
                        "INSERT INTO messages (conversation, outgoing, sequence, id, time_ms, content, state, late) "
                        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        {message.conversation, message.outgoing, message.sequence, ByteView(message.id),
                         message.time_ms, message.content, static_cast<int>(message.state), message.late});
  if (done) message.position = tx.last_insert_rowid();
  return done;
}

Result<std::optional<Message>> find_outgoing(store::Transaction& tx, std::int64_t conversation,
                                             std::uint64_t sequence) {
  return first_row<Message>(
      tx, "SELECT " MESSAGE_COLUMNS " FROM messages WHERE conversation = ?1 AND outgoing = 1 AND sequence = ?2",
      {conversation, sequence}, read);
}

Status set_state(store::Transaction& tx, std::int64_t position, MessageState state) {
  return execute(tx, "UPDATE messages SET state = ?2 WHERE position = ?1", {position, static_cast<int>(state)});
}

Result<std::vector<Message>> messages_before(store::Transaction& tx, std::int64_t conversation, std::int64_t before,
                                             std::size_t limit) {
  return all_rows<Message>(tx,
                           "SELECT " MESSAGE_COLUMNS
                           " FROM messages WHERE conversation = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3",
                           {conversation, before, limit}, read);
}

Result<std::vector<Message>> messages_after(store::Transaction& tx, std::int64_t conversation, std::int64_t after,
                                            std::size_t limit) {
  return all_rows<Message>(tx,
                           "SELECT " MESSAGE_COLUMNS
                           " FROM messages WHERE conversation = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
                           {conversation, after, limit}, read);
}

Result<std::optional<std::int64_t>> position_of(store::Transaction& tx, std::int64_t conversation,
                                                ByteView message_id) {
  return tx.integer("SELECT position FROM messages WHERE conversation = ?1 AND id = ?2", {conversation, message_id});
}

Result<std::int64_t> newest_position(store::Transaction& tx, std::int64_t conversation) {
  const auto found = tx.integer("SELECT max(position) FROM messages WHERE conversation = ?1", {conversation});
  if (!found) return fail(found.error());
  return found->value_or(0);
}

Result<std::uint64_t> count_unread(store::Transaction& tx, std::int64_t conversation, std::int64_t read_position) {
  const auto count =
      tx.integer("SELECT count(*) FROM messages WHERE conversation = ?1 AND position > ?2 AND outgoing = 0",
                 {conversation, read_position});
  if (!count) return fail(count.error());
  return static_cast<std::uint64_t>(count->value_or(0));
}

Status delete_messages(store::Transaction& tx, std::int64_t conversation) {
  return execute(tx, "DELETE FROM messages WHERE conversation = ?1", {conversation});
}

}  // namespace status::chat::tables
