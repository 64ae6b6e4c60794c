#include "services/host/poison/quarantine_table.h"

#include "services/host/store/meta.h"

namespace status::host::quarantine_table {
namespace {

QuarantinedItem row_of(const store::Statement& row) {
  return {.id = row.int64(0),
          .stream = row.text(1),
          .seq = static_cast<std::uint64_t>(row.int64(2)),
          .time_ms = row.int64(3),
          .deaths = static_cast<std::uint32_t>(row.int64(4)),
          .size = static_cast<std::uint64_t>(row.int64(5))};
}

Status run(store::Transaction& tx, std::string_view sql, std::initializer_list<store::Param> params) {
  const Result<std::int64_t> done = tx.run(sql, params);
  if (!done) return fail(done.error());
  return {};
}

}  // namespace

Status create(store::Database& database) {
  return store::ensure_table(database, "store_quarantine",
                             "CREATE TABLE store_quarantine (id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT "
                             "NULL, seq INTEGER NOT NULL, time_ms INTEGER NOT NULL, deaths INTEGER NOT NULL, "
                             "identity BLOB NOT NULL, item BLOB)");
}

Result<Added> add(store::Transaction& tx, const QuarantinedItem& item, ByteView identity, ByteView content) {
  const Status stored = run(
      tx, "INSERT INTO store_quarantine (stream, seq, time_ms, deaths, identity, item) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      {item.stream, item.seq, item.time_ms, item.deaths, identity, content});
  if (!stored) return fail(stored.error());
  const std::int64_t id = tx.last_insert_rowid();
  const Result<std::int64_t> gone = tx.run(
      "DELETE FROM store_quarantine WHERE id IN (SELECT id FROM store_quarantine ORDER BY id DESC LIMIT -1 OFFSET ?1)",
      {kMaxQuarantined});
  if (!gone) return fail(gone.error());
  return Added{.id = id, .pushed_out = static_cast<std::uint64_t>(*gone)};
}

Result<std::vector<QuarantinedItem>> all(store::Transaction& tx) {
  Result<store::Statement> rows = tx.query(
      "SELECT id, stream, seq, time_ms, deaths, length(item) FROM store_quarantine WHERE item IS NOT NULL "
      "ORDER BY id");
  if (!rows) return fail(rows.error());
  std::vector<QuarantinedItem> out;
  while (true) {
    const Result<bool> any = rows->next();
    if (!any) return fail(any.error());
    if (!*any) return out;
    out.push_back(row_of(*rows));
  }
}

Result<std::uint64_t> count(store::Transaction& tx) {
  const auto number = tx.integer("SELECT count(*) FROM store_quarantine WHERE item IS NOT NULL");
  if (!number) return fail(number.error());
  return static_cast<std::uint64_t>(number->value_or(0));
}

Result<std::optional<Found>> find(store::Transaction& tx, std::int64_t id) {
  Result<store::Statement> row = tx.query(
      "SELECT id, stream, seq, time_ms, deaths, length(item), item FROM store_quarantine WHERE id = ?1 AND item IS NOT "
      "NULL",
      {id});
  if (!row) return fail(row.error());
  const Result<bool> any = row->next();
  if (!any) return fail(any.error());
  if (!*any) return std::optional<Found>();
  return std::optional<Found>({row_of(*row), row->bytes(6)});
}

Status count_death(store::Transaction& tx, std::int64_t id) {
  return run(tx, "UPDATE store_quarantine SET deaths = deaths + 1 WHERE id = ?1", {id});
}

Status remove(store::Transaction& tx, std::int64_t id) {
  return run(tx, "DELETE FROM store_quarantine WHERE id = ?1", {id});
}

Status drop(store::Transaction& tx, std::int64_t id) {
  return run(tx, "UPDATE store_quarantine SET item = NULL WHERE id = ?1", {id});
}

Result<std::set<Bytes>> identities(store::Transaction& tx) {
  Result<store::Statement> rows = tx.query("SELECT identity FROM store_quarantine");
  if (!rows) return fail(rows.error());
  std::set<Bytes> out;
  while (true) {
    const Result<bool> any = rows->next();
    if (!any) return fail(any.error());
    if (!*any) return out;
    out.insert(rows->bytes(0));
  }
}

}  // namespace status::host::quarantine_table
