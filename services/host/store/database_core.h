// What Database, Transaction and Statement share. Private to the store.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "services/host/store/connection.h"
#include "services/host/store/database.h"

namespace status::store {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class DatabaseCore {
 public:
  static constexpr std::size_t kCachedStatements = 128;

  DatabaseCore(Connection open_connection, host::SecretBytes database_key, const DatabaseOptions& options)
      : connection(std::move(open_connection)),
        key(std::move(database_key)),
        clock(options.clock == nullptr ? own_clock : *options.clock),
        guard(options.path, options.reserve, options.disk == nullptr ? own_disk : *options.disk, clock),
        observer(options.observer),
        commits(options.commits),
        gate(options.gate) {}
  ~DatabaseCore();
  DatabaseCore(const DatabaseCore&) = delete;
  DatabaseCore& operator=(const DatabaseCore&) = delete;

  // The last error of the connection; tells the fault observer.
  Error failure(std::string_view doing);
  // True while the transaction with this serial number is the open one: not ended, not rolled back by SQLite after an
  // error.
  bool is_open(std::uint64_t serial) const;
  Status set_durability(Durability durability);
  // Lets the next transaction in.
  void release();

  SystemClock own_clock;
  SystemDiskSpace own_disk;

  Connection connection;
  const host::SecretBytes key;
  const Clock& clock;
  DiskGuard guard;
  TimeObserver* const observer;
  CommitObserver* const commits;
  TransactionGate* const gate;

  std::mutex fault_mutex;
  std::function<void(const Error&)> fault_observer;  // under fault_mutex

  std::mutex mutex;                       // held by the open transaction; guards all below
  std::atomic<std::thread::id> owner;     // of the mutex, to refuse nesting
  std::atomic<std::uint64_t> serial = 0;  // of the open or last transaction
  Durability durability = Durability::full;

  struct Cached {
    sqlite3_stmt* handle = nullptr;
    bool busy = false;
    std::uint64_t used = 0;  // serial of the last transaction that used it
  };
  std::unordered_map<std::string, Cached, TextHash, std::equal_to<>> statements;
};

}  // namespace status::store
