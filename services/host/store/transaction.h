// The only way to the data: everything is read and written inside a transaction.
#pragma once

#include <functional>
#include <initializer_list>
#include <source_location>
#include <string_view>
#include <vector>

#include "services/host/store/statement.h"

namespace status::store {

// How much a commit promises. `normal` survives kill -9; `full` survives power loss too and costs an fsync (0.3 ms).
enum class Durability : std::uint8_t { normal, full };

// Told after each commit of a writing transaction what the disk was asked for, on the thread that committed. Must not
// touch the database, throw or block.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void committed(Durability durability) = 0;
};

// Made by Database::read and Database::write. Holds the database for itself until it ends, so keep it short: no calls
// to other modules inside. Belongs to the thread that began it. Rolls back when it goes unless committed.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // A query with its parameters bound (?1, ?2 …). In a reading transaction a statement that writes is INTERNAL
  // `store.read_only`.
  Result<Statement> query(std::string_view sql, std::initializer_list<Param> params = {});
  // Runs to the end; the number of rows changed.
  Result<std::int64_t> run(std::string_view sql, std::initializer_list<Param> params = {});
  // The first column of the first row; empty without a row or with NULL.
  Result<std::optional<std::int64_t>> integer(std::string_view sql, std::initializer_list<Param> params = {});
  // Several statements without parameters, separated by semicolons; for migrations.
  Status script(const std::string& sql);

  std::int64_t last_insert_rowid() const;
  bool writable() const;

  // Called on this thread right after a successful commit, with the database free again; not called after a rollback.
  void on_commit(std::function<void()> action);

  // After success the effect is visible to all and durable as promised. After an error nothing has changed. Once.
  Status commit();
  void rollback();

 private:
  friend class Database;
  Transaction(DatabaseCore& core, std::uint64_t serial, bool writable, std::source_location by)
      : core_(&core), serial_(serial), writable_(writable), begun_by_(by) {}
  Result<Statement> prepare(std::string_view sql);

  DatabaseCore* core_;  // null once ended
  std::uint64_t serial_;
  bool writable_;
  std::source_location begun_by_;  // names its commit
  std::vector<std::function<void()>> actions_;
};

}  // namespace status::store
