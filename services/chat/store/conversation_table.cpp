#include "services/chat/store/conversation_table.h"

#include "services/chat/crypto/byte_io.h"
#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

#define CONVERSATION_COLUMNS \
  "id, name, peer, nickname, created_ms, visible, next_sequence, received, next_shown, ack_owed, read_position"

Bytes to_blob(const SequenceSet& set) {
  Bytes out;
  ByteWriter writer(out);
  writer.u64(set.contiguous());
  for (const SequenceRange& range : set.ranges()) writer.u64(range.first).u64(range.last);
  return out;
}

SequenceSet from_blob(ByteView blob) {
  ByteReader in(blob);
  const std::uint64_t contiguous = in.u64();
  std::vector<SequenceRange> ranges;
  while (in.left() >= 16) {
    const std::uint64_t first = in.u64();
    ranges.push_back({first, in.u64()});
  }
  return {contiguous, std::move(ranges)};
}

Conversation read(const store::Statement& row) {
  Conversation out;
  out.id = row.int64(0);
  out.name = row.text(1);
  out.peer = array_column<PublicKey>(row, 2);
  out.nickname = row.text(3);
  out.created_ms = row.int64(4);
  out.visible = row.int64(5) != 0;
  out.next_sequence = unsigned_column(row, 6);
  out.received = from_blob(row.view(7));
  out.next_shown = unsigned_column(row, 8);
  out.ack_owed = row.int64(9) != 0;
  out.read_position = row.int64(10);
  return out;
}

std::int64_t read_id(const store::Statement& row) { return row.int64(0); }

}  // namespace

Result<std::optional<Conversation>> find_conversation(store::Transaction& tx, std::string_view name) {
  return first_row<Conversation>(tx, "SELECT " CONVERSATION_COLUMNS " FROM conversations WHERE name = ?1", {name},
                                 read);
}

Result<std::optional<Conversation>> find_conversation(store::Transaction& tx, std::int64_t id) {
  return first_row<Conversation>(tx, "SELECT " CONVERSATION_COLUMNS " FROM conversations WHERE id = ?1", {id}, read);
}

Result<std::vector<Conversation>> list_conversations(store::Transaction& tx, std::int64_t after, std::size_t limit) {
  return all_rows<Conversation>(
      tx, "SELECT " CONVERSATION_COLUMNS " FROM conversations WHERE id > ?1 AND visible ORDER BY id LIMIT ?2",
      {after, limit}, read);
}

Result<std::size_t> count_conversations(store::Transaction& tx) {
  const Result<std::optional<std::int64_t>> count = tx.integer("SELECT count(*) FROM conversations");
  if (!count) return fail(count.error());
  return static_cast<std::size_t>(count->value_or(0));
}

Status insert_conversation(store::Transaction& tx, Conversation& conversation) {
  Status done = execute(tx,
                        "INSERT INTO conversations (name, peer, created_ms, visible, received) VALUES (?1, ?2, ?3, ?4, "
                        "?5)",
                        {conversation.name, ByteView(conversation.peer), conversation.created_ms, conversation.visible,
                         to_blob(conversation.received)});
  if (done) conversation.id = tx.last_insert_rowid();
  return done;
}

Status update_conversation(store::Transaction& tx, const Conversation& conversation) {
  return execute(
      tx,
      "UPDATE conversations SET nickname = ?2, visible = ?3, next_sequence = ?4, received = ?5, next_shown = "
      "?6, ack_owed = ?7, read_position = ?8 WHERE id = ?1",
      {conversation.id, conversation.nickname, conversation.visible, conversation.next_sequence,
       to_blob(conversation.received), conversation.next_shown, conversation.ack_owed, conversation.read_position});
}

Result<std::vector<std::int64_t>> conversations_owing_ack(store::Transaction& tx) {
  return all_rows<std::int64_t>(tx, "SELECT id FROM conversations WHERE ack_owed", {}, read_id);
}

Result<std::vector<std::int64_t>> conversations_with_gap(store::Transaction& tx) {
  return all_rows<std::int64_t>(tx, "SELECT DISTINCT conversation FROM held", {}, read_id);
}

Result<std::vector<std::int64_t>> recent_conversations(store::Transaction& tx, std::size_t limit) {
  return all_rows<std::int64_t>(
      tx,
      "SELECT id FROM conversations WHERE EXISTS (SELECT 1 FROM sessions WHERE conversation = conversations.id AND "
      "confirmed) ORDER BY (SELECT max(position) FROM messages WHERE conversation = conversations.id) DESC LIMIT ?1",
      {limit}, read_id);
}

}  // namespace status::chat::tables
