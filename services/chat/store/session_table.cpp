#include "services/chat/store/session_table.h"

#include "services/chat/crypto/byte_io.h"
#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

#define SESSION_COLUMNS "id, conversation, confirmed, invitation, send_topic, receive_topic, state"

Bytes to_blob(const X3dhHeader& header) {
  Bytes out;
  ByteWriter(out)
      .bytes(header.identity)
      .bytes(header.ephemeral)
      .u32(header.signed_prekey_id)
      .u32(header.one_time_prekey_id);
  return out;
}

X3dhHeader from_blob(ByteView blob) {
  ByteReader in(blob);
  X3dhHeader out;
  out.identity = in.array<PublicKey>();
  out.ephemeral = in.array<PublicKey>();
  out.signed_prekey_id = in.u32();
  out.one_time_prekey_id = in.u32();
  return out;
}

Session read(const store::Statement& row) {
  Session out;
  out.id = array_column<SessionId>(row, 0);
  out.conversation = row.int64(1);
  out.confirmed = row.int64(2) != 0;
  if (!row.is_null(3)) out.invitation = from_blob(row.view(3));
  out.send_topic = row.text(4);
  out.receive_topic = row.text(5);
  const ByteView state = row.view(6);
  out.state.assign(state.begin(), state.end());
  return out;
}

}  // namespace

Result<std::optional<Session>> find_session(store::Transaction& tx, const SessionId& id) {
  return first_row<Session>(tx, "SELECT " SESSION_COLUMNS " FROM sessions WHERE id = ?1", {ByteView(id)}, read);
}

Result<std::optional<Session>> find_session_by_topic(store::Transaction& tx, std::string_view receive_topic) {
  return first_row<Session>(tx, "SELECT " SESSION_COLUMNS " FROM sessions WHERE receive_topic = ?1", {receive_topic},
                            read);
}

Result<std::optional<Session>> session_to_send_in(store::Transaction& tx, std::int64_t conversation) {
  Result<std::optional<Session>> confirmed = first_row<Session>(
      tx, "SELECT " SESSION_COLUMNS " FROM sessions WHERE conversation = ?1 AND confirmed = 1 ORDER BY id LIMIT 1",
      {conversation}, read);
  if (!confirmed || confirmed->has_value()) return confirmed;
  return first_row<Session>(
      tx, "SELECT " SESSION_COLUMNS " FROM sessions WHERE conversation = ?1 ORDER BY number DESC LIMIT 1",
      {conversation}, read);
}

Result<std::size_t> count_sessions(store::Transaction& tx, std::int64_t conversation) {
  const Result<std::optional<std::int64_t>> count =
      tx.integer("SELECT count(*) FROM sessions WHERE conversation = ?1", {conversation});
  if (!count) return fail(count.error());
  return static_cast<std::size_t>(count->value_or(0));
}

Result<std::size_t> count_all_sessions(store::Transaction& tx) {
  const Result<std::optional<std::int64_t>> count = tx.integer("SELECT count(*) FROM sessions", {});
  if (!count) return fail(count.error());
  return static_cast<std::size_t>(count->value_or(0));
}

Status insert_session(store::Transaction& tx, const Session& session) {
  std::optional<Bytes> invitation;
  if (session.invitation) invitation = to_blob(*session.invitation);
  return execute(tx,
                 "INSERT INTO sessions (id, conversation, confirmed, invitation, send_topic, receive_topic, state) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                 {ByteView(session.id), session.conversation, session.confirmed, invitation, session.send_topic,
                  session.receive_topic, ByteView(session.state)});
}

Status update_session(store::Transaction& tx, const Session& session) {
  return execute(tx, "UPDATE sessions SET confirmed = ?2, state = ?3 WHERE id = ?1",
                 {ByteView(session.id), session.confirmed, ByteView(session.state)});
}

Result<std::vector<std::string>> receive_topics(store::Transaction& tx) {
  return all_rows<std::string>(tx, "SELECT receive_topic FROM sessions", {},
                               [](const store::Statement& row) { return row.text(0); });
}

}  // namespace status::chat::tables
