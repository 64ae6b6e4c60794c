// The store's own tables, beside the module's, and small named values in one of them (the boot that was checked, …).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/host/store/database.h"

namespace status::store {

// Runs `script` unless `table` exists. Writes only then, so that a module starts on a full disk. Outside any
// transaction.
Status ensure_table(Database& database, std::string_view table, const std::string& script);

Status ensure_meta(Database& database);
// Empty for a name that was never set. Both need the table of ensure_meta.
Result<std::optional<std::string>> get_meta(Transaction& tx, std::string_view name);
Status set_meta(Transaction& tx, std::string_view name, std::string_view value);

}  // namespace status::store
