// One SQLCipher file of one module, encrypted with a raw 256-bit key. SQLCipher 3.4.1 speaks the SQL of SQLite 3.15: no
// UPSERT, RETURNING, window functions, JSON1, FTS5, RENAME or DROP COLUMN.
//
//   auto database = store::Database::open(key, {.path = folder + "/chat.db"});
//   auto tx = (*database)->write(store::Durability::full);
//   auto done = tx->run("INSERT INTO message (id, body) VALUES (?1, ?2)", {id, body});
//   auto committed = tx->commit();
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "ipc/base/clock.h"
#include "services/host/secret.h"
#include "services/host/store/disk_space.h"
#include "services/host/store/store_time.h"
#include "services/host/store/transaction.h"

namespace status::store {

// Passed before each transaction, on the thread that begins it; what it takes counts as time in the database. An error
// is that of the transaction.
class TransactionGate {
 public:
  virtual ~TransactionGate() = default;
  virtual Status enter() = 0;
};

struct DatabaseOptions {
  std::string path;
  std::chrono::milliseconds busy_timeout{5000};        // for another process that has the file open
  std::uint64_t reserve = DiskGuard::kDefaultReserve;  // bytes that have to stay free on the disk
  // Seams and observers; null: the system's, nobody. They outlive the database.
  const Clock* clock = nullptr;
  DiskSpace* disk = nullptr;
  TimeObserver* observer = nullptr;   // told of all threads' operations
  CommitObserver* commits = nullptr;  // and of their commits
  TransactionGate* gate = nullptr;
};

// Any thread; one transaction at a time, others wait for it. A begin inside a transaction of the same thread is
// INTERNAL `store.nested_transaction`.
class Database {
 public:
  // Creates the file (0600) if it is missing. Before anything is returned it is certain that the library is SQLCipher,
  // that the key fits and that the file does not begin like a plain database. Errors: FAILED_PRECONDITION
  // `store.wrong_key`, `store.plaintext`; PERMISSION_DENIED `store.unsafe_path`; INTERNAL `store.no_cipher`;
  // RESOURCE_EXHAUSTED `store.disk_full` for a new file.
  static Result<std::unique_ptr<Database>> open(const host::SecretBytes& key, const DatabaseOptions& options);
  ~Database();  // after its last transaction; checkpoints

  // A consistent view; costs no fsync.
  Result<Transaction> read();
  // The same, or ABORTED (`store.busy`) at once while somebody else has a transaction: for threads that may not wait.
  Result<Transaction> try_read();
  // BEGIN IMMEDIATE. RESOURCE_EXHAUSTED `store.disk_full` when less than the reserve is free. `by` names the commit
  // for a failpoint: nobody passes it.
  Result<Transaction> write(Durability durability = Durability::full,
                            std::source_location by = std::source_location::current());

  const std::string& path() const;
  const host::SecretBytes& key() const;  // for the store's own second connection
  const Clock& clock() const;

  // Told of DATA_LOSS and I/O errors, on the thread that met them and perhaps inside its transaction: only note and
  // post. One at a time; returns when the one before is no longer being told. Any thread.
  void on_fault(std::function<void(const Error&)> observer);

  // PRAGMA foreign_keys, which is on; off only for migrations, which check at their end. Outside any transaction.
  Status enforce_references(bool enforce);

  // The whole content in the main file and a copy of it at `target` (0600, durable), consistent because `tx` keeps
  // writers out. RESOURCE_EXHAUSTED `store.disk_full` when there is no room for it. The copy opens with the same key.
  Status checkpoint();
  Status copy_to(const std::string& target, Transaction& tx);

 private:
  explicit Database(std::unique_ptr<DatabaseCore> core);
  Status refuse_nesting() const;
  Result<Transaction> begin(bool writable, Durability durability, std::source_location by);
  // With the mutex held, which it gives back when it fails.
  Result<Transaction> begin_locked(bool writable, Durability durability, std::source_location by);
  std::unique_ptr<DatabaseCore> core_;
};

}  // namespace status::store
