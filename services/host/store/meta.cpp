#include "services/host/store/meta.h"

namespace status::store {

Status ensure_table(Database& database, std::string_view table, const std::string& script) {
  {
    Result<Transaction> tx = database.read();
    if (!tx) return fail(tx.error());
    const auto exists = tx->integer("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1", {table});
    if (!exists) return fail(exists.error());
    if (exists->value_or(0) != 0) return {};
  }
  Result<Transaction> tx = database.write(Durability::normal);
  if (!tx) return fail(tx.error());
  if (Status created = tx->script(script); !created) return created;
  return tx->commit();
}

Status ensure_meta(Database& database) {
  return ensure_table(database, "store_meta",
                      "CREATE TABLE store_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
}

Result<std::optional<std::string>> get_meta(Transaction& tx, std::string_view name) {
  Result<Statement> row = tx.query("SELECT value FROM store_meta WHERE name = ?1", {name});
  if (!row) return fail(row.error());
  const Result<bool> found = row->next();
  if (!found) return fail(found.error());
  if (!*found) return std::optional<std::string>{};
  return std::optional<std::string>(row->text(0));
}

Status set_meta(Transaction& tx, std::string_view name, std::string_view value) {
  const auto done = tx.run("INSERT OR REPLACE INTO store_meta (name, value) VALUES (?1, ?2)", {name, value});
  if (!done) return fail(done.error());
  return {};
}

}  // namespace status::store
