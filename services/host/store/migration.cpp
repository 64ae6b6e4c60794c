#include "services/host/store/migration.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "ipc/base/file.h"

namespace status::store {
namespace {

Result<int> version_of(Transaction& tx) {
  const auto version = tx.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  return static_cast<int>(version->value_or(0));
}

Status check_list(const std::vector<Migration>& migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].version != static_cast<int>(i) + 1) {
      return fail(Code::internal, "store.bad_migrations",
                  "migration '" + migrations[i].name + "' has version " + std::to_string(migrations[i].version) +
                      " at place " + std::to_string(i + 1));
    }
  }
  return {};
}

Error newer(const std::string& path, int found, int known) {
  return make_error(Code::failed_precondition, "store.newer_database",
                    path + " has version " + std::to_string(found) + ", this program knows versions up to " +
                        std::to_string(known) + ": run the newer program, or put back " + path + ".before-v" +
                        std::to_string(found) + " (without what came later)");
}

Error step_error(const Migration& step, Error cause) {
  cause.message = "migration " + std::to_string(step.version) + " '" + step.name + "' failed (" + cause.reason +
                  "), the database is unchanged: " + cause.message;
  cause.reason = "store.migration_failed";
  return cause;
}

Status check_foreign_keys(Transaction& tx, const Migration& last) {
  Result<Statement> broken = tx.query("PRAGMA foreign_key_check");
  if (!broken) return fail(broken.error());
  const Result<bool> any = broken->next();
  if (!any) return fail(any.error());
  if (!*any) return {};
  return fail(step_error(
      last, make_error(Code::failed_precondition, "store.constraint",
                       "table " + broken->text(0) + " points to rows of " + broken->text(2) + " that are not there")));
}

Status apply_all(Transaction& tx, const std::vector<Migration>& migrations, int from) {
  for (const Migration& step : migrations) {
    if (step.version <= from) continue;
    if (Status applied = step.apply(tx); !applied) return fail(step_error(step, applied.error()));
  }
  if (Status checked = check_foreign_keys(tx, migrations.back()); !checked) return checked;
  return tx.script("PRAGMA user_version=" + std::to_string(migrations.back().version));
}

// While it lives, references between tables are not enforced.
class ReferencesOff {
 public:
  explicit ReferencesOff(Database& database) : database_(database), status_(database.enforce_references(false)) {}
  ~ReferencesOff() { [[maybe_unused]] const Status on = database_.enforce_references(true); }
  ReferencesOff(const ReferencesOff&) = delete;
  ReferencesOff& operator=(const ReferencesOff&) = delete;
  const Status& status() const { return status_; }

 private:
  Database& database_;
  Status status_;
};

// Removes the copies that earlier migrations left, and what an interrupted copy left.
void prune_copies(const std::string& path, const std::string& keep) {
  const std::string folder = folder_of(path);
  const std::string prefix = path.substr(path.rfind('/') + 1) + ".before-v";
  std::error_code error;
  const std::filesystem::path kept = std::filesystem::path(keep).filename();
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::filesystem::path name = at->path().filename();
    if (name.native().starts_with(prefix) && name != kept) ::unlink(at->path().c_str());
  }
}

}  // namespace

Migration sql_migration(int version, std::string name, std::string sql) {
  return {version, std::move(name), [sql = std::move(sql)](Transaction& tx) { return tx.script(sql); }};
}

Result<MigrationOutcome> migrate(Database& database, const std::vector<Migration>& migrations) {
  if (Status good = check_list(migrations); !good) return fail(good.error());
  const int known = static_cast<int>(migrations.size());
  MigrationOutcome outcome;
  {
    Result<Transaction> tx = database.read();
    if (!tx) return fail(tx.error());
    const Result<int> version = version_of(*tx);
    if (!version) return fail(version.error());
    outcome.from = outcome.to = *version;
  }
  if (outcome.from > known) return fail(newer(database.path(), outcome.from, known));
  if (outcome.from == known) return outcome;

  // Dropping a table that others point to counts as deleting its rows, also when it comes back under the same name
  // (sqlite.org/lang_altertable.html); and the switch has no effect inside a transaction.
  const ReferencesOff off(database);
  if (!off.status()) return fail(off.status().error());
  // Everything has to be in the main file before it is copied.
  if (Status moved = database.checkpoint(); !moved) return fail(moved.error());
  Result<Transaction> tx = database.write(Durability::full);
  if (!tx) return fail(tx.error());
  if (outcome.from > 0) {
    const std::string& path = database.path();
    outcome.copy =
        (folder_of(path) + "/").append(path.substr(path.rfind('/') + 1)) + ".before-v" + std::to_string(known);
    if (Status copied = database.copy_to(outcome.copy, *tx); !copied) return fail(copied.error());
  }
  Status applied = apply_all(*tx, migrations, outcome.from);
  if (applied) applied = tx->commit();
  if (!applied) {
    tx->rollback();
    if (!outcome.copy.empty()) ::unlink(outcome.copy.c_str());
    return fail(applied.error());
  }
  outcome.to = known;
  if (!outcome.copy.empty()) prune_copies(database.path(), outcome.copy);
  return outcome;
}

}  // namespace status::store
