// Rows of the catalogue's queries as values. Private to the embedded backend.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "services/host/store/transaction.h"

namespace status::storage::catalogue {

// Every row through `read`.
template <class T>
Result<std::vector<T>> rows(store::Transaction& tx, std::string_view sql, std::initializer_list<store::Param> params,
                            T (*read)(const store::Statement&)) {
  Result<store::Statement> found = tx.query(sql, params);
  if (!found) return fail(std::move(found.error()));
  std::vector<T> out;
  Result<bool> more = found->next();
  for (; more && *more; more = found->next()) out.push_back(read(*found));
  if (!more) return fail(std::move(more.error()));
  return out;
}

template <class T>
Result<std::optional<T>> first(store::Transaction& tx, std::string_view sql, std::initializer_list<store::Param> params,
                               T (*read)(const store::Statement&)) {
  Result<std::vector<T>> all = rows(tx, sql, params, read);
  if (!all) return fail(std::move(all.error()));
  return all->empty() ? std::optional<T>() : std::optional<T>(std::move(all->front()));
}

inline Status execute(store::Transaction& tx, std::string_view sql, std::initializer_list<store::Param> params) {
  const Result<std::int64_t> changed = tx.run(sql, params);
  return changed ? Status() : Status(fail(changed.error()));
}

template <std::size_t N>
std::array<std::uint8_t, N> array_at(const store::Statement& row, int column) {
  std::array<std::uint8_t, N> out{};
  const ByteView bytes = row.view(column);
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
  return out;
}

inline std::uint64_t unsigned_at(const store::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.int64(column));
}

inline std::optional<std::int64_t> optional_at(const store::Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional<std::int64_t>(row.int64(column));
}

}  // namespace status::storage::catalogue
