// Reading rows into values, for the tables of this folder.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "services/host/store/transaction.h"

namespace status::chat::tables {

// The first row as `read(statement)` makes it; empty without a row.
template <class T, class Read>
Result<std::optional<T>> first_row(store::Transaction& tx, std::string_view sql,
                                   std::initializer_list<store::Param> params, Read read) {
  Result<store::Statement> rows = tx.query(sql, params);
  if (!rows) return fail(std::move(rows.error()));
  const Result<bool> found = rows->next();
  if (!found) return fail(found.error());
  if (!*found) return std::optional<T>();
  return std::optional<T>(read(*rows));
}

template <class T, class Read>
Result<std::vector<T>> all_rows(store::Transaction& tx, std::string_view sql,
                                std::initializer_list<store::Param> params, Read read) {
  Result<store::Statement> rows = tx.query(sql, params);
  if (!rows) return fail(std::move(rows.error()));
  std::vector<T> out;
  while (true) {
    const Result<bool> more = rows->next();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(read(*rows));
  }
}

// Runs a statement whose number of changed rows is of no interest.
inline Status execute(store::Transaction& tx, std::string_view sql, std::initializer_list<store::Param> params) {
  const Result<std::int64_t> done = tx.run(sql, params);
  if (!done) return fail(done.error());
  return {};
}

// A column of fixed size, such as a key or an id; zeroes beyond what is there.
template <class Array>
Array array_column(const store::Statement& row, int column) {
  Array out{};
  const ByteView bytes = row.view(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  return out;
}

inline std::uint64_t unsigned_column(const store::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.int64(column));
}

}  // namespace status::chat::tables
