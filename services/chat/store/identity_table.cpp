#include "services/chat/store/identity_table.h"

#include "services/chat/store/rows.h"

namespace status::chat::tables {
namespace {

// Stored secrets have the right size: nobody else writes the database.
Key key_column(const store::Statement& row, int column) {
  Key out;
  const ByteView bytes = row.view(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), Key::size()), out.data());
  return out;
}

StoredPrekey read_prekey(const store::Statement& row) {
  return {static_cast<std::uint32_t>(row.int64(0)), KeyPair::from_secret(key_column(row, 1)), row.int64(2)};
}

}  // namespace

Result<std::optional<StoredIdentity>> load_identity(store::Transaction& tx) {
  return first_row<StoredIdentity>(tx, "SELECT seed, created_ms FROM identity", {}, [](const store::Statement& row) {
    return StoredIdentity{IdentityKeyPair::from_seed(key_column(row, 0)), row.int64(1)};
  });
}

Status save_identity(store::Transaction& tx, const StoredIdentity& identity) {
  return execute(tx, "INSERT INTO identity (id, seed, created_ms) VALUES (1, ?1, ?2)",
                 {identity.keys.seed.view(), identity.created_ms});
}

Result<std::uint32_t> add_prekey(store::Transaction& tx, PrekeyKind kind, const KeyPair& pair, std::int64_t created_ms,
                                 std::int64_t expires_ms) {
  if (Status s = execute(tx, "INSERT INTO prekeys (one_time, secret, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4)",
                         {static_cast<int>(kind), pair.secret.view(), created_ms, expires_ms});
      !s) {
    return fail(s.error());
  }
  return static_cast<std::uint32_t>(tx.last_insert_rowid());
}

Result<std::optional<StoredPrekey>> find_prekey(store::Transaction& tx, PrekeyKind kind, std::uint32_t id) {
  return first_row<StoredPrekey>(tx, "SELECT id, secret, created_ms FROM prekeys WHERE id = ?1 AND one_time = ?2",
                                 {id, static_cast<int>(kind)}, read_prekey);
}

Result<std::optional<StoredPrekey>> newest_signed_prekey(store::Transaction& tx) {
  return first_row<StoredPrekey>(
      tx, "SELECT id, secret, created_ms FROM prekeys WHERE one_time = 0 ORDER BY id DESC LIMIT 1", {}, read_prekey);
}

Status delete_prekey(store::Transaction& tx, std::uint32_t id) {
  return execute(tx, "DELETE FROM prekeys WHERE id = ?1", {id});
}

Status delete_expired_prekeys(store::Transaction& tx, std::int64_t now_ms) {
  return execute(tx, "DELETE FROM prekeys WHERE expires_ms < ?1", {now_ms});
}

}  // namespace status::chat::tables
