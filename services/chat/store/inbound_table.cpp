#include "services/chat/store/inbound_table.h"

#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

constexpr std::int64_t kSeenKept = 50'000;
constexpr std::int64_t kFailuresKept = 1'000;

}  // namespace

Result<std::optional<std::int64_t>> find_seen(store::Transaction& tx, ByteView digest) {
  return tx.integer("SELECT conversation FROM seen WHERE digest = ?1", {digest});
}

Status remember_seen(store::Transaction& tx, ByteView digest, std::int64_t conversation) {
  if (Status s = execute(tx, "INSERT INTO seen (digest, conversation) VALUES (?1, ?2)", {digest, conversation}); !s) {
    return s;
  }
  return execute(tx, "DELETE FROM seen WHERE number <= ?1", {tx.last_insert_rowid() - kSeenKept});
}

Status hold(store::Transaction& tx, std::int64_t conversation, const Frame& frame) {
  return execute(tx, "INSERT INTO held (conversation, sequence, kind, time_ms, content) VALUES (?1, ?2, ?3, ?4, ?5)",
                 {conversation, frame.sequence, static_cast<int>(frame.kind), frame.sent_ms, frame.text});
}

Result<std::optional<Frame>> lowest_held(store::Transaction& tx, std::int64_t conversation) {
  return first_row<Frame>(
      tx, "SELECT sequence, kind, time_ms, content FROM held WHERE conversation = ?1 ORDER BY sequence LIMIT 1",
      {conversation}, [](const store::Statement& row) {
        Frame frame;
        frame.sequence = unsigned_column(row, 0);
        frame.kind = static_cast<FrameKind>(row.int64(1));
        frame.sent_ms = row.int64(2);
        frame.text = row.text(3);
        return frame;
      });
}

Status release_held(store::Transaction& tx, std::int64_t conversation, std::uint64_t sequence) {
  return execute(tx, "DELETE FROM held WHERE conversation = ?1 AND sequence = ?2", {conversation, sequence});
}

Result<std::uint64_t> count_held(store::Transaction& tx, std::int64_t conversation) {
  const auto count = tx.integer("SELECT count(*) FROM held WHERE conversation = ?1", {conversation});
  if (!count) return fail(count.error());
  return static_cast<std::uint64_t>(count->value_or(0));
}

Status add_failure(store::Transaction& tx, const InboundFailure& failure) {
  if (Status s =
          execute(tx, "INSERT INTO inbound_errors (time_ms, reason, message, message_hash) VALUES (?1, ?2, ?3, ?4)",
                  {failure.time_ms, failure.reason, failure.message, failure.message_hash});
      !s) {
    return s;
  }
  return execute(tx, "DELETE FROM inbound_errors WHERE number <= ?1", {tx.last_insert_rowid() - kFailuresKept});
}

Result<std::vector<InboundFailure>> failures_before(store::Transaction& tx, std::int64_t before, std::size_t limit) {
  return all_rows<InboundFailure>(
      tx,
      "SELECT number, time_ms, reason, message, message_hash FROM inbound_errors WHERE number < ?1 ORDER BY number "
      "DESC LIMIT ?2",
      {before, limit}, [](const store::Statement& row) {
        return InboundFailure{row.int64(0), row.int64(1), row.text(2), row.text(3), row.bytes(4)};
      });
}

Result<std::string> load_cursor(store::Transaction& tx) {
  const auto cursor = first_row<std::string>(tx, "SELECT cursor FROM stream_cursor", {},
                                             [](const store::Statement& row) { return row.text(0); });
  if (!cursor) return fail(cursor.error());
  return cursor->value_or("");
}

Status save_cursor(store::Transaction& tx, std::string_view cursor) {
  return execute(tx, "INSERT OR REPLACE INTO stream_cursor (id, cursor) VALUES (1, ?1)", {cursor});
}

}  // namespace status::chat::tables
