#include "services/host/store/connection.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "services/host/store/file_checks.h"

namespace status::store {
namespace {

constexpr std::size_t kKeyBytes = 32;

Error map_code(int extended, const std::string& message) {
  const int primary = extended & 0xff;
  switch (primary) {
    case SQLITE_FULL:
      return make_error(Code::resource_exhausted, "store.disk_full",
                        message + ": the disk is full; free some space, nothing was changed");
    case SQLITE_NOMEM:
      return make_error(Code::resource_exhausted, "store.no_memory", message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return make_error(Code::data_loss, "store.damaged", message + ": the file is damaged; restore it from a copy");
    case SQLITE_IOERR:
      return make_error(Code::internal, "store.io_error", message + ": see the kernel's log for errors of the disk");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make_retryable(Code::aborted, "store.busy", message, 50);
    case SQLITE_CONSTRAINT:
      if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY) {
        return make_error(Code::already_exists, "store.duplicate", message);
      }
      return make_error(Code::failed_precondition, "store.constraint", message);
    case SQLITE_INTERRUPT:
      return make_error(Code::cancelled, "store.interrupted", message);
    case SQLITE_TOOBIG:
      return make_error(Code::invalid_argument, "store.too_big", message);
    default:
      return make_error(Code::internal, "store.error", message);
  }
}

}  // namespace

bool is_fault(const Error& error) { return error.reason == "store.damaged" || error.reason == "store.io_error"; }

Result<Connection> Connection::open(const std::string& path, const host::SecretBytes& key,
                                    std::chrono::milliseconds busy_timeout) {
  sqlite3* handle = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  Connection connection(handle, path);
  if (rc != SQLITE_OK) return fail(connection.error("open"));
  sqlite3_extended_result_codes(handle, 1);
  if (Status unlocked = connection.unlock(key); !unlocked) return fail(unlocked.error());
  if (Status configured = connection.configure(busy_timeout); !configured) return fail(configured.error());
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Connection::~Connection() { sqlite3_close_v2(handle_); }

Status Connection::unlock(const host::SecretBytes& key) {
  if (key.size() != kKeyBytes) return fail(Code::invalid_argument, "store.bad_key", "a database key has 32 bytes");
  // Before the key: plain SQLite (loaded first by some other library) would ignore it and write plaintext.
  const Result<std::string> version = query_word("PRAGMA cipher_version");
  if (!version) return fail(version.error());
  if (version->empty()) {
    return fail(
        Code::internal, "store.no_cipher",
        "this process runs on plain SQLite instead of SQLCipher: a library that brings libsqlite3 was loaded first");
  }
  // What `PRAGMA key = "x'...'"` does, without the copies that SQLite makes of a statement's text.
  static constexpr char kDigits[] = "0123456789abcdef";
  host::SecretBytes text(2 * kKeyBytes + 3);
  auto out = text.writable().begin();
  *out++ = 'x';
  *out++ = '\'';
  for (const std::uint8_t byte : key.view()) {
    *out++ = static_cast<std::uint8_t>(kDigits[byte >> 4]);
    *out++ = static_cast<std::uint8_t>(kDigits[byte & 15]);
  }
  *out = '\'';
  if (sqlite3_key_v2(handle_, "main", text.view().data(), static_cast<int>(text.size())) != SQLITE_OK) {
    return fail(error("key"));
  }
  if (Status page = exec("PRAGMA cipher_page_size=4096"); !page) return page;
  // A wrong key shows only at the first read.
  if (const Result<std::int64_t> tables = query_int64("SELECT count(*) FROM sqlite_master"); !tables) {
    if (tables.error().reason != "store.damaged") return fail(tables.error());
    return fail(
        Code::failed_precondition, "store.wrong_key",
        path_ +
            " cannot be read with this module's key: the node.key beside it is another one, or the first page is "
            "damaged; put the node.key back that the file was made with, or move the file away");
  }
  return {};
}

Status Connection::configure(std::chrono::milliseconds busy_timeout) {
  sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout.count()));
  const Result<std::string> mode = query_word("PRAGMA journal_mode=WAL");
  if (!mode) return fail(mode.error());
  if (*mode != "wal") {
    return fail(Code::internal, "store.no_wal",
                path_ + ": the file system allows no write-ahead log (mode " + *mode + ")");
  }
  // 1 MiB of pages, half of the default: an idle module keeps them.
  return exec(
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=8388608; "
      "PRAGMA cache_size=-1024");
}

Status Connection::exec(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error(sql));
  return {};
}

Result<std::string> Connection::query_word(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) return fail(error(sql));
  const int rc = sqlite3_step(statement);
  std::string word;
  if (rc == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
    word = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  const bool good = rc == SQLITE_ROW || rc == SQLITE_DONE;
  Result<std::string> result = good ? Result<std::string>(std::move(word)) : Result<std::string>(fail(error(sql)));
  sqlite3_finalize(statement);
  return result;
}

Result<std::int64_t> Connection::query_int64(const char* sql) {
  const Result<std::string> word = query_word(sql);
  if (!word) return fail(word.error());
  return std::strtoll(word->c_str(), nullptr, 10);
}

Result<std::uint64_t> Connection::file_size() {
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
    return fail(Code::internal, "store.io_error", "the size of " + path_ + " cannot be read");
  }
  return static_cast<std::uint64_t>(size);
}

Status Connection::read_file(std::uint64_t offset, std::span<std::uint8_t> out) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file->pMethods->xRead(file, out.data(), static_cast<int>(out.size()), static_cast<sqlite3_int64>(offset)) !=
          SQLITE_OK) {
    return fail(Code::internal, "store.io_error", path_ + " cannot be read at offset " + std::to_string(offset));
  }
  return {};
}

Status Connection::assert_encrypted() {
  std::array<std::uint8_t, sizeof kPlaintextMagic> head{};
  if (Status read = read_file(0, head); !read) return read;
  if (std::memcmp(head.data(), kPlaintextMagic, head.size()) == 0) {
    return fail(Code::failed_precondition, "store.plaintext",
                path_ + " was written unencrypted: SQLCipher does not work in this process; remove the file");
  }
  return {};
}

Error Connection::error(std::string_view doing) const {
  const int code = handle_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle_);
  std::string message = path_;
  message.append(": ").append(handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_));
  message.append(" (").append(doing).append(")");
  return map_code(code, message);
}

}  // namespace status::store
