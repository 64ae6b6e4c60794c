// One keyed SQLCipher connection: opening, pragmas, error mapping. Private to the store; Database adds threads and
// transactions.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "ipc/base/result.h"
#include "services/host/secret.h"

namespace status::store {

// Used by one thread at a time.
class Connection {
 public:
  // Opens an existing (perhaps empty) file with a raw 256-bit key. Errors: FAILED_PRECONDITION `store.wrong_key`,
  // `store.plaintext`; INTERNAL `store.no_cipher` when the library in this process is not SQLCipher.
  static Result<Connection> open(const std::string& path, const host::SecretBytes& key,
                                 std::chrono::milliseconds busy_timeout);

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  sqlite3* handle() const { return handle_; }
  const std::string& path() const { return path_; }

  // Trusted, constant SQL without parameters; may be several statements.
  Status exec(const char* sql);
  // The first column of the first row, empty text without a row.
  Result<std::string> query_word(const char* sql);
  Result<std::int64_t> query_int64(const char* sql);

  // The database as it is on disk, without opening a second descriptor: closing one would drop this process's locks on
  // the file.
  Result<std::uint64_t> file_size();
  Status read_file(std::uint64_t offset, std::span<std::uint8_t> out);

  // FAILED_PRECONDITION `store.plaintext` if what was written is not encrypted.
  Status assert_encrypted();

  // The error of the last call. Never holds bound values. Codes: RESOURCE_EXHAUSTED `store.disk_full`,
  // `store.no_memory` · DATA_LOSS `store.damaged` · INTERNAL `store.io_error`, `store.error` · ABORTED `store.busy`
  // (retryable) · ALREADY_EXISTS `store.duplicate` · FAILED_PRECONDITION `store.constraint` · CANCELLED
  // `store.interrupted` · INVALID_ARGUMENT `store.too_big`
  Error error(std::string_view doing) const;

 private:
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Status unlock(const host::SecretBytes& key);
  Status configure(std::chrono::milliseconds busy_timeout);

  sqlite3* handle_;
  std::string path_;
};

// True for errors after which the file should be checked.
bool is_fault(const Error& error);

}  // namespace status::store
