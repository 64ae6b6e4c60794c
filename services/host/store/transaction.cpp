#include "services/host/store/transaction.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "ipc/base/failpoint.h"
#include "services/host/store/database_core.h"

namespace status::store {
namespace {

// Makes room for one more: the longest unused statement goes.
void evict_one(DatabaseCore& core) {
  auto oldest = core.statements.end();
  for (auto it = core.statements.begin(); it != core.statements.end(); ++it) {
    if (!it->second.busy && (oldest == core.statements.end() || it->second.used < oldest->second.used)) oldest = it;
  }
  if (oldest == core.statements.end()) return;
  sqlite3_finalize(oldest->second.handle);
  core.statements.erase(oldest);
}

}  // namespace

Transaction::Transaction(Transaction&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)),
      serial_(other.serial_),
      writable_(other.writable_),
      begun_by_(other.begun_by_),
      actions_(std::move(other.actions_)) {}

Transaction::~Transaction() { rollback(); }

Result<Statement> Transaction::prepare(std::string_view sql) {
  if (core_ == nullptr || !core_->is_open(serial_)) {
    return fail(Code::internal, "store.stale_transaction",
                "the transaction has ended or was rolled back after an error");
  }
  sqlite3_stmt* handle = nullptr;
  const auto found = core_->statements.find(sql);
  const bool in_use = found != core_->statements.end() && found->second.busy;
  if (found != core_->statements.end() && !in_use) {
    found->second.busy = true;
    found->second.used = serial_;
    handle = found->second.handle;
  } else {
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(core_->connection.handle(), sql.data(), static_cast<int>(sql.size()), &handle, &rest) !=
        SQLITE_OK) {
      return fail(core_->failure(sql.substr(0, 120)));
    }
    if (handle == nullptr || rest != sql.data() + sql.size()) {
      sqlite3_finalize(handle);
      return fail(Code::internal, "store.bad_statement",
                  "not exactly one statement: " + std::string(sql.substr(0, 120)));
    }
    if (!in_use) {
      if (core_->statements.size() >= DatabaseCore::kCachedStatements) evict_one(*core_);
      core_->statements.emplace(std::string(sql), DatabaseCore::Cached{handle, true, serial_});
    }
  }
  Statement statement(*core_, handle, serial_, !in_use);
  if (!writable_ && sqlite3_stmt_readonly(handle) == 0) {
    return fail(Code::internal, "store.read_only",
                "a reading transaction does not write: " + std::string(sql.substr(0, 120)));
  }
  return statement;
}

Result<Statement> Transaction::query(std::string_view sql, std::initializer_list<Param> params) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement;
  if (Status bound = statement->bind(params); !bound) return fail(bound.error());
  return statement;
}

Result<std::int64_t> Transaction::run(std::string_view sql, std::initializer_list<Param> params) {
  Result<Statement> statement = query(sql, params);
  if (!statement) return fail(statement.error());
  while (true) {
    const Result<bool> more = statement->next();
    if (!more) return fail(more.error());
    if (!*more) return sqlite3_changes(core_->connection.handle());
  }
}

Result<std::optional<std::int64_t>> Transaction::integer(std::string_view sql, std::initializer_list<Param> params) {
  Result<Statement> statement = query(sql, params);
  if (!statement) return fail(statement.error());
  const Result<bool> row = statement->next();
  if (!row) return fail(row.error());
  if (!*row || statement->is_null(0)) return std::optional<std::int64_t>{};
  return std::optional<std::int64_t>(statement->int64(0));
}

Status Transaction::script(const std::string& sql) {
  if (core_ == nullptr || !core_->is_open(serial_) || !writable_) {
    return fail(Code::internal, "store.stale_transaction", "a script needs an open writing transaction");
  }
  const TimedOperation timed(Operation::write, core_->observer);
  if (sqlite3_exec(core_->connection.handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(core_->failure("script"));
  }
  // A COMMIT in the text would have ended the transaction behind our back.
  if (!core_->is_open(serial_)) return fail(Code::internal, "store.bad_statement", "the script ended the transaction");
  return {};
}

std::int64_t Transaction::last_insert_rowid() const { return sqlite3_last_insert_rowid(core_->connection.handle()); }
bool Transaction::writable() const { return writable_; }
void Transaction::on_commit(std::function<void()> action) { actions_.push_back(std::move(action)); }

Status Transaction::commit() {
  if (core_ == nullptr || !core_->is_open(serial_)) {
    rollback();
    return fail(Code::internal, "store.stale_transaction",
                "the transaction has ended or was rolled back after an error");
  }
  if (writable_) failpoint(Moment::before, "commit", begun_by_.function_name());
  Status result;
  {
    const TimedOperation timed(Operation::commit, core_->observer);
    if (sqlite3_exec(core_->connection.handle(), "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
      result = fail(core_->failure("commit"));
    }
  }
  if (!result) {
    rollback();
    return result;
  }
  if (writable_) failpoint(Moment::after, "commit", begun_by_.function_name());
  if (writable_ && core_->commits != nullptr) core_->commits->committed(core_->durability);
  std::exchange(core_, nullptr)->release();
  for (const std::function<void()>& action : std::exchange(actions_, {})) action();
  return {};
}

void Transaction::rollback() {
  DatabaseCore* core = std::exchange(core_, nullptr);
  if (core == nullptr) return;
  actions_.clear();
  // Without an open transaction (SQLite rolled back itself after an error) there is nothing to undo.
  if (core->is_open(serial_)) sqlite3_exec(core->connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  core->release();
}

}  // namespace status::store
