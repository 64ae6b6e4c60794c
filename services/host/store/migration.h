// Numbered steps that take a module's tables from one version to the next. The version is PRAGMA user_version.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/host/store/database.h"

namespace status::store {

struct Migration {
  int version;       // 1, 2, 3 … without a gap
  std::string name;  // for errors: "outbox"
  std::function<Status(Transaction&)> apply;
};

// A step that is only SQL.
Migration sql_migration(int version, std::string name, std::string sql);

struct MigrationOutcome {
  int from = 0;
  int to = 0;
  std::string copy;  // of the file before; empty when nothing was done or the database was new
};

// Applies what is missing, all of it in one transaction (FULL), after a durable copy of the file at
// `<file>.before-v<to>`. Of such copies only the newest is kept. Foreign keys are checked at the end, so a step may
// rebuild a table they point to. Before any other use of the database. Errors: FAILED_PRECONDITION
// `store.newer_database` (both versions named, nothing touched); `store.migration_failed` with the code of the step's
// own error (the file is as before, and no copy is left); RESOURCE_EXHAUSTED `store.disk_full` when there is no room
// for the copy; INTERNAL `store.bad_migrations` for a list with a gap.
Result<MigrationOutcome> migrate(Database& database, const std::vector<Migration>& migrations);

}  // namespace status::store
