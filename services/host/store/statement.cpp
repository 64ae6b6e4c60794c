#include "services/host/store/statement.h"

#include <sqlite3.h>

#include <utility>

#include "services/host/store/database_core.h"

namespace status::store {
namespace {

constexpr std::size_t kShownSql = 120;  // of the text in an error; it holds no values

int bind_one(sqlite3_stmt* handle, int index, const Param& param) {
  switch (param.kind) {
    case Param::Kind::integer:
      return sqlite3_bind_int64(handle, index, param.integer);
    case Param::Kind::real:
      return sqlite3_bind_double(handle, index, param.real);
    case Param::Kind::text:
      // A null pointer would bind NULL: an empty text needs an address.
      return sqlite3_bind_text64(handle, index, param.bytes.empty() ? "" : as_text(param.bytes).data(),
                                 param.bytes.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    case Param::Kind::blob:
      if (param.bytes.empty()) return sqlite3_bind_zeroblob(handle, index, 0);
      return sqlite3_bind_blob64(handle, index, param.bytes.data(), param.bytes.size(), SQLITE_TRANSIENT);
    case Param::Kind::too_big:
      return SQLITE_TOOBIG;
    case Param::Kind::null:
      return sqlite3_bind_null(handle, index);
  }
  return SQLITE_MISUSE;
}

std::string_view shown(sqlite3_stmt* handle) { return std::string_view(sqlite3_sql(handle)).substr(0, kShownSql); }

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : core_(other.core_),
      handle_(std::exchange(other.handle_, nullptr)),
      transaction_(other.transaction_),
      cached_(other.cached_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (!cached_) {
    sqlite3_finalize(handle_);
    return;
  }
  // A statement that outlived its transaction was reset and returned when that ended.
  if (core_->serial != transaction_) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  core_->statements.find(std::string_view(sqlite3_sql(handle_)))->second.busy = false;
}

Status Statement::bind(std::initializer_list<Param> params) {
  int index = 0;
  for (const Param& param : params) {
    ++index;
    const int rc = bind_one(handle_, index, param);
    if (rc == SQLITE_OK) continue;
    if (rc == SQLITE_TOOBIG) {
      return fail(
          Code::invalid_argument, "store.too_big",
          "parameter " + std::to_string(index) + " is too big for the database: " + std::string(shown(handle_)));
    }
    return fail(core_->failure(shown(handle_)));
  }
  if (index != sqlite3_bind_parameter_count(handle_)) {
    return fail(Code::internal, "store.bad_parameters",
                std::to_string(index) + " parameters given: " + std::string(shown(handle_)));
  }
  return {};
}

Result<bool> Statement::next() {
  if (!core_->is_open(transaction_)) {
    return fail(Code::internal, "store.stale_statement", "the transaction of this statement has ended");
  }
  const bool reads = sqlite3_stmt_readonly(handle_) != 0;
  const TimedOperation timed(reads ? Operation::read : Operation::write, core_->observer);
  const int rc = sqlite3_step(handle_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return fail(core_->failure(shown(handle_)));
}

std::int64_t Statement::int64(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }
std::string Statement::text(int column) const { return std::string(as_text(view(column))); }
Bytes Statement::bytes(int column) const { return to_bytes(view(column)); }

ByteView Statement::view(int column) const {
  // The pointer before the length: the call may convert the value (sqlite.org/c3ref/column_blob.html).
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

}  // namespace status::store
