#include "services/chat/store/outbox_table.h"

#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

Result<std::uint64_t> counted(const Result<std::optional<std::int64_t>>& count) {
  if (!count) return fail(count.error());
  return static_cast<std::uint64_t>(count->value_or(0));
}

constexpr const char* kContent = "SELECT sequence, kind, time_ms, content FROM outbox WHERE conversation = ?1 ";

Outgoing read_content(const store::Statement& row, std::int64_t conversation) {
  Outgoing out;
  out.conversation = conversation;
  out.sequence = unsigned_column(row, 0);
  out.kind = static_cast<FrameKind>(row.int64(1));
  out.time_ms = row.int64(2);
  out.content = row.text(3);
  return out;
}

}  // namespace

Status insert_outgoing(store::Transaction& tx, const Outgoing& outgoing) {
  return execute(tx,
                 "INSERT INTO outbox (conversation, sequence, kind, time_ms, content, topic, payload) VALUES (?1, ?2, "
                 "?3, ?4, ?5, ?6, ?7)",
                 {outgoing.conversation, outgoing.sequence, static_cast<int>(outgoing.kind), outgoing.time_ms,
                  outgoing.content, outgoing.topic, outgoing.payload});
}

Result<std::optional<Outgoing>> load_outgoing(store::Transaction& tx, std::int64_t conversation,
                                              std::uint64_t sequence) {
  return first_row<Outgoing>(tx,
                             "SELECT topic, payload, name FROM outbox JOIN conversations ON conversations.id = "
                             "conversation WHERE conversation = ?1 AND sequence = ?2",
                             {conversation, sequence}, [&](const store::Statement& row) {
                               Outgoing out;
                               out.conversation = conversation;
                               out.sequence = sequence;
                               out.topic = row.text(0);
                               out.payload = row.bytes(1);
                               out.conversation_name = row.text(2);
                               return out;
                             });
}

Status replace_payload(store::Transaction& tx, const Outgoing& outgoing) {
  return execute(
      tx, "UPDATE outbox SET topic = ?3, payload = ?4, handed_over = 0 WHERE conversation = ?1 AND sequence = ?2",
      {outgoing.conversation, outgoing.sequence, outgoing.topic, outgoing.payload});
}

Status mark_handed_over(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence) {
  return execute(tx, "UPDATE outbox SET handed_over = 1 WHERE conversation = ?1 AND sequence = ?2",
                 {conversation, sequence});
}

Status delete_outgoing(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence) {
  return execute(tx, "DELETE FROM outbox WHERE conversation = ?1 AND sequence = ?2", {conversation, sequence});
}

Result<std::vector<Outgoing>> outgoing_of(store::Transaction& tx, std::int64_t conversation) {
  return all_rows<Outgoing>(tx, std::string(kContent) + "ORDER BY sequence", {conversation},
                            [&](const store::Statement& row) { return read_content(row, conversation); });
}

Result<std::optional<Outgoing>> content_of_outgoing(store::Transaction& tx, std::int64_t conversation,
                                                    std::uint64_t sequence) {
  return first_row<Outgoing>(tx, std::string(kContent) + "AND sequence = ?2", {conversation, sequence},
                             [&](const store::Statement& row) { return read_content(row, conversation); });
}

Result<std::vector<OutgoingKey>> all_outgoing(store::Transaction& tx) {
  return all_rows<OutgoingKey>(tx, "SELECT conversation, sequence, handed_over FROM outbox ORDER BY id", {},
                               [](const store::Statement& row) {
                                 return OutgoingKey{row.int64(0), unsigned_column(row, 1), row.int64(2) != 0};
                               });
}

Result<std::uint64_t> count_outgoing(store::Transaction& tx, std::int64_t conversation) {
  return counted(tx.integer("SELECT count(*) FROM outbox WHERE conversation = ?1", {conversation}));
}

Result<std::uint64_t> count_outgoing_texts(store::Transaction& tx, std::int64_t conversation) {
  return counted(tx.integer("SELECT count(*) FROM outbox WHERE conversation = ?1 AND kind = 3", {conversation}));
}

}  // namespace status::chat::tables
