// A prepared statement on loan from the database's cache: parameters in, rows out.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/result.h"

struct sqlite3_stmt;

namespace status::store {

class DatabaseCore;

// One bound value; converts from the types that a column can have. Views the caller's bytes: lives no longer than the
// call.
struct Param {
  enum class Kind : std::uint8_t { null, integer, too_big, real, text, blob };

  Param(std::nullptr_t) : kind(Kind::null) {}
  template <std::integral T>
  Param(T value) : kind(std::in_range<std::int64_t>(value) ? Kind::integer : Kind::too_big) {
    integer = static_cast<std::int64_t>(value);
  }
  Param(bool value) : kind(Kind::integer), integer(value ? 1 : 0) {}
  Param(double value) : kind(Kind::real), real(value) {}
  Param(std::string_view value) : kind(Kind::text), bytes(as_bytes(value)) {}
  Param(const std::string& value) : Param(std::string_view(value)) {}
  Param(const char* value) : Param(std::string_view(value)) {}
  Param(ByteView value) : kind(Kind::blob), bytes(value) {}
  Param(const Bytes& value) : Param(ByteView(value)) {}
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(nullptr)) {}

  Kind kind;
  std::int64_t integer = 0;
  double real = 0;
  ByteView bytes;
};

// Rows of one query. Lives inside the transaction it came from and dies before it (a later use is INTERNAL
// `store.stale_statement`); same thread as the transaction.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Steps: true on a row, false at the end. Errors: those of Connection::error.
  Result<bool> next();

  // Columns of the present row, from 0. A NULL is 0, "" or no bytes; other types convert as SQLite does.
  std::int64_t int64(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  Bytes bytes(int column) const;
  // Valid until the next step.
  ByteView view(int column) const;
  bool is_null(int column) const;

 private:
  friend class Transaction;
  Statement(DatabaseCore& core, sqlite3_stmt* handle, std::uint64_t transaction, bool cached)
      : core_(&core), handle_(handle), transaction_(transaction), cached_(cached) {}
  Status bind(std::initializer_list<Param> params);

  DatabaseCore* core_;
  sqlite3_stmt* handle_;
  std::uint64_t transaction_;  // serial number of the one that it belongs to
  bool cached_;                // else finalized when it goes
};

}  // namespace status::store
