#include "services/waku/schema.h"

#include <algorithm>

#include "ipc/server/access.h"
#include "services/waku/message_codec.h"

namespace status::waku {
namespace {

constexpr std::int64_t kRememberedHashes = 50'000;

constexpr const char* kSchema = R"(
  CREATE TABLE waku_subscription (
    content_topic TEXT NOT NULL, caller TEXT NOT NULL, PRIMARY KEY (content_topic, caller)) WITHOUT ROWID;
  CREATE INDEX waku_subscription_caller ON waku_subscription (caller);
  CREATE TABLE waku_own_message (
    hash BLOB PRIMARY KEY, request_id BLOB NOT NULL, time_ms INTEGER NOT NULL, encoded BLOB NOT NULL);
  CREATE INDEX waku_own_message_time ON waku_own_message (time_ms);
  CREATE TABLE waku_received (serial INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE);
  CREATE TABLE waku_peer (address TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE waku_state (only INTEGER PRIMARY KEY CHECK (only = 0), position INTEGER NOT NULL);
  INSERT INTO waku_state (only, position) VALUES (0, 0);
)";

constexpr const char* kSince = "ALTER TABLE waku_subscription ADD COLUMN since INTEGER NOT NULL DEFAULT 0";

constexpr const char* kBackend = "ALTER TABLE waku_state ADD COLUMN backend TEXT NOT NULL DEFAULT 'mesh'";

// The number of rows changed, as nothing or an error.
Status done(const Result<std::int64_t>& changed) {
  if (!changed) return fail(changed.error());
  return {};
}

Result<bool> changed_any(const Result<std::int64_t>& changed) {
  if (!changed) return fail(changed.error());
  return *changed != 0;
}

Result<std::vector<std::string>> texts(store::Transaction& tx, std::string_view sql) {
  Result<store::Statement> rows = tx.query(sql);
  if (!rows) return fail(rows.error());
  std::vector<std::string> out;
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) out.push_back(rows->text(0));
  if (!row) return fail(row.error());
  return out;
}

}  // namespace

store::Migration waku_migration(int version) { return store::sql_migration(version, "waku", kSchema); }

store::Migration subscription_since_migration(int version) {
  return store::sql_migration(version, "waku subscription since", kSince);
}

store::Migration position_backend_migration(int version) {
  return store::sql_migration(version, "waku position's backend", kBackend);
}

namespace tables {

Result<bool> add_subscription(store::Transaction& tx, const std::string& caller, const std::string& topic,
                              std::uint64_t since) {
  return changed_any(
      tx.run("INSERT OR IGNORE INTO waku_subscription (content_topic, caller, since) VALUES (?1, ?2, ?3)",
             {topic, caller, since}));
}

Result<bool> remove_subscription(store::Transaction& tx, const std::string& caller, const std::string& topic) {
  return changed_any(tx.run("DELETE FROM waku_subscription WHERE content_topic = ?1 AND caller = ?2", {topic, caller}));
}

Result<std::uint64_t> count_subscriptions(store::Transaction& tx, const std::string& caller) {
  const auto count = tx.integer("SELECT count(*) FROM waku_subscription WHERE caller = ?1", {caller});
  if (!count) return fail(count.error());
  return static_cast<std::uint64_t>(count->value_or(0));
}

Result<bool> is_subscribed(store::Transaction& tx, const std::string& topic) {
  const auto any = tx.integer("SELECT 1 FROM waku_subscription WHERE content_topic = ?1 LIMIT 1", {topic});
  if (!any) return fail(any.error());
  return any->has_value();
}

Result<std::string> subscribed_module(store::Transaction& tx, const std::string& topic) {
  Result<store::Statement> rows = tx.query("SELECT caller FROM waku_subscription WHERE content_topic = ?1", {topic});
  if (!rows) return fail(rows.error());
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) {
    const std::string caller = rows->text(0);
    const std::string_view name = std::string_view(caller).substr(0, caller.find('/'));
    if (name != ipc::kGatewayCaller) return caller;
  }
  if (!row) return fail(row.error());
  return std::string();
}

Result<std::map<std::string, std::uint64_t>> subscriptions(store::Transaction& tx) {
  Result<store::Statement> rows =
      tx.query("SELECT content_topic, min(since) FROM waku_subscription GROUP BY content_topic");
  if (!rows) return fail(rows.error());
  std::map<std::string, std::uint64_t> out;
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) out[rows->text(0)] = static_cast<std::uint64_t>(rows->int64(1));
  if (!row) return fail(row.error());
  return out;
}

Status add_own_message(store::Transaction& tx, const OwnMessage& own, std::int64_t now_ms) {
  return done(
      tx.run("INSERT OR REPLACE INTO waku_own_message (hash, request_id, time_ms, encoded) VALUES (?1, ?2, ?3, ?4)",
             {ByteView(own.hash), own.request_id, now_ms, encode_message(own.message)}));
}

Status remove_own_message(store::Transaction& tx, const MessageHash& hash) {
  return done(tx.run("DELETE FROM waku_own_message WHERE hash = ?1", {ByteView(hash)}));
}

Result<std::vector<OwnMessage>> own_messages(store::Transaction& tx) {
  Result<store::Statement> rows =
      tx.query("SELECT hash, request_id, encoded FROM waku_own_message ORDER BY time_ms, rowid");
  if (!rows) return fail(rows.error());
  std::vector<OwnMessage> out;
  Result<bool> row = rows->next();
  for (; row && *row; row = rows->next()) {
    const Result<MessageHash> hash = hash_from_bytes(rows->view(0));
    Result<WakuMessage> message = decode_message(rows->view(2), kHighestMaxMessageBytes);
    if (hash && message) out.push_back({*hash, rows->bytes(1), std::move(*message)});
  }
  if (!row) return fail(row.error());
  return out;
}

Result<bool> add_received(store::Transaction& tx, const MessageHash& hash) {
  const Result<bool> added =
      changed_any(tx.run("INSERT OR IGNORE INTO waku_received (hash) VALUES (?1)", {ByteView(hash)}));
  if (!added || !*added) return added;
  const auto trimmed =
      tx.run("DELETE FROM waku_received WHERE serial <= ?1", {tx.last_insert_rowid() - kRememberedHashes});
  if (!trimmed) return fail(trimmed.error());
  return true;
}

Status add_peer(store::Transaction& tx, const std::string& address) {
  return done(tx.run("INSERT OR IGNORE INTO waku_peer (address) VALUES (?1)", {address}));
}

Status remove_peer(store::Transaction& tx, const std::string& address) {
  return done(tx.run("DELETE FROM waku_peer WHERE address = ?1", {address}));
}

Result<std::vector<std::string>> peers(store::Transaction& tx) { return texts(tx, "SELECT address FROM waku_peer"); }

Result<std::string> backend(store::Transaction& tx) {
  const Result<std::vector<std::string>> rows = texts(tx, "SELECT backend FROM waku_state");
  if (!rows) return fail(rows.error());
  return rows->empty() ? std::string() : rows->front();
}

Status change_backend(store::Transaction& tx, const std::string& backend) {
  if (Status changed = done(tx.run("UPDATE waku_state SET backend = ?1, position = 0", {backend})); !changed) {
    return changed;
  }
  if (Status reset = done(tx.run("UPDATE waku_subscription SET since = 0")); !reset) return reset;
  return done(tx.run("DELETE FROM waku_peer"));
}

Result<std::uint64_t> position(store::Transaction& tx) {
  const auto position = tx.integer("SELECT position FROM waku_state");
  if (!position) return fail(position.error());
  return static_cast<std::uint64_t>(position->value_or(0));
}

Status set_position(store::Transaction& tx, std::uint64_t position) {
  return done(tx.run("UPDATE waku_state SET position = ?1", {position}));
}

}  // namespace tables

Status adopt_backend(store::Database& database, const std::string& backend) {
  {
    Result<store::Transaction> tx = database.read();
    if (!tx) return fail(tx.error());
    const Result<std::string> before = tables::backend(*tx);
    if (!before) return fail(before.error());
    if (*before == backend) return {};
  }
  Result<store::Transaction> tx = database.write(store::Durability::normal);
  if (!tx) return fail(tx.error());
  if (Status changed = tables::change_backend(*tx, backend); !changed) return changed;
  return tx->commit();
}

}  // namespace status::waku
