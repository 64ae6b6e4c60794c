#include "services/host/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"
#include "services/host/store/database_core.h"
#include "services/host/store/file_checks.h"

namespace status::store {
namespace {

Status write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) return fail(errno_error(errno, "write " + path));
    if (wrote > 0) bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status copy_content(Connection& source, std::uint64_t size, const std::string& target) {
  const UniqueFd out(::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) return fail(errno_error(errno, "create " + target));
  Bytes buffer(std::min<std::uint64_t>(size, 1 << 20));
  for (std::uint64_t done = 0; done < size;) {
    const std::span<std::uint8_t> part(buffer.data(), std::min<std::uint64_t>(buffer.size(), size - done));
    if (Status read = source.read_file(done, part); !read) return read;
    if (Status wrote = write_all(out.get(), part, target); !wrote) return wrote;
    done += part.size();
  }
  if (::fsync(out.get()) != 0) return fail(errno_error(errno, "fsync " + target));
  return {};
}

}  // namespace

DatabaseCore::~DatabaseCore() {
  for (auto& [sql, cached] : statements) sqlite3_finalize(cached.handle);
}

Error DatabaseCore::failure(std::string_view doing) {
  Error error = connection.error(doing);
  if (is_fault(error)) {
    const std::lock_guard lock(fault_mutex);
    if (fault_observer) fault_observer(error);
  }
  return error;
}

bool DatabaseCore::is_open(std::uint64_t asked) const {
  return serial == asked && owner.load(std::memory_order_relaxed) == std::this_thread::get_id() &&
         sqlite3_get_autocommit(connection.handle()) == 0;
}

Status DatabaseCore::set_durability(Durability wanted) {
  if (durability == wanted) return {};
  Status set = connection.exec(wanted == Durability::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  if (set) durability = wanted;
  return set;
}

void DatabaseCore::release() {
  for (auto& [sql, cached] : statements) {
    if (!std::exchange(cached.busy, false)) continue;
    sqlite3_reset(cached.handle);
    sqlite3_clear_bindings(cached.handle);
  }
  ++serial;  // so that a statement or transaction object left over from this one is recognised
  owner.store(std::thread::id{}, std::memory_order_relaxed);
  mutex.unlock();
}

Database::Database(std::unique_ptr<DatabaseCore> core) : core_(std::move(core)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const host::SecretBytes& key, const DatabaseOptions& options) {
  if (Status prepared = prepare_file(options.path); !prepared) return fail(prepared.error());
  Result<Connection> connection = Connection::open(options.path, key, options.busy_timeout);
  if (!connection) return fail(connection.error());
  if (Status encrypted = connection->assert_encrypted(); !encrypted) return fail(encrypted.error());
  return std::unique_ptr<Database>(
      new Database(std::make_unique<DatabaseCore>(std::move(*connection), key.clone(), options)));
}

Result<Transaction> Database::read() { return begin(false, Durability::full, std::source_location::current()); }
Result<Transaction> Database::write(Durability durability, std::source_location by) {
  return begin(true, durability, by);
}

Result<Transaction> Database::begin(bool writable, Durability durability, std::source_location by) {
  if (Status outside = refuse_nesting(); !outside) return fail(outside.error());
  const TimedOperation timed(writable ? Operation::write : Operation::read, core_->observer);
  if (core_->gate != nullptr) {
    if (Status let = core_->gate->enter(); !let) return fail(let.error());
  }
  if (writable) {
    if (Status room = core_->guard.check(); !room) return fail(room.error());
  }
  core_->mutex.lock();
  return begin_locked(writable, durability, by);
}

Result<Transaction> Database::try_read() {
  if (Status outside = refuse_nesting(); !outside) return fail(outside.error());
  const TimedOperation timed(Operation::read, core_->observer);
  if (!core_->mutex.try_lock()) {
    return fail(make_retryable(Code::aborted, "store.busy", path() + " is in use by another thread", 10));
  }
  return begin_locked(false, Durability::full, std::source_location::current());
}

Result<Transaction> Database::begin_locked(bool writable, Durability durability, std::source_location by) {
  core_->owner.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const std::uint64_t serial = ++core_->serial;
  Status begun = writable ? core_->set_durability(durability) : Status();
  if (begun && sqlite3_exec(core_->connection.handle(), writable ? "BEGIN IMMEDIATE" : "BEGIN", nullptr, nullptr,
                            nullptr) != SQLITE_OK) {
    begun = fail(core_->failure("begin"));
  }
  if (!begun) {
    core_->release();
    return fail(begun.error());
  }
  return Transaction(*core_, serial, writable, by);
}

const std::string& Database::path() const { return core_->connection.path(); }
const host::SecretBytes& Database::key() const { return core_->key; }
const Clock& Database::clock() const { return core_->clock; }

void Database::on_fault(std::function<void(const Error&)> observer) {
  const std::lock_guard lock(core_->fault_mutex);
  core_->fault_observer = std::move(observer);
}

Status Database::refuse_nesting() const {
  if (core_->owner.load(std::memory_order_relaxed) != std::this_thread::get_id()) return {};
  return fail(Code::internal, "store.nested_transaction",
              "this thread already is in a transaction of " + path() + ": pass that one on");
}

Status Database::enforce_references(bool enforce) {
  if (Status outside = refuse_nesting(); !outside) return outside;
  const std::lock_guard lock(core_->mutex);
  return core_->connection.exec(enforce ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF");
}

Status Database::checkpoint() {
  if (Status outside = refuse_nesting(); !outside) return outside;
  const std::lock_guard lock(core_->mutex);
  int log_frames = 0;
  int moved = 0;
  if (sqlite3_wal_checkpoint_v2(core_->connection.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, &log_frames, &moved) !=
      SQLITE_OK) {
    return fail(core_->failure("checkpoint"));
  }
  return {};
}

Status Database::copy_to(const std::string& target, Transaction& tx) {
  if (!tx.writable() || tx.core_ != core_.get()) {
    return fail(Code::internal, "store.stale_transaction", "a copy needs the database's own writing transaction");
  }
  struct stat log {};
  if (::stat((path() + "-wal").c_str(), &log) == 0 && log.st_size > 0) {
    return fail(make_retryable(Code::aborted, "store.busy", path() + " was written to after its checkpoint"));
  }
  const Result<std::uint64_t> size = core_->connection.file_size();
  if (!size) return fail(size.error());
  if (Status room = core_->guard.check(*size); !room) return room;
  const std::string unfinished = target + ".tmp";
  Status copied = copy_content(core_->connection, *size, unfinished);
  if (copied && ::rename(unfinished.c_str(), target.c_str()) != 0) {
    copied = fail(errno_error(errno, "rename " + unfinished));
  }
  if (copied) copied = sync_folder_of(target);
  if (!copied) ::unlink(unfinished.c_str());
  return copied;
}

}  // namespace status::store
