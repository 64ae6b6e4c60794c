#include "services/features/keys/service.h"

#include <algorithm>

namespace status::keys {
namespace {

// WIRE.md section 1.
bool is_module_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 32 && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, allowed);
}

}  // namespace

Result<Database::Reply> KeysService::database(std::string_view caller) const {
  if (caller == "gateway" || !is_module_name(caller)) {
    return fail(Code::permission_denied, "keys.not_a_module", "only a module of this node gets its database's key");
  }
  return Database::Reply{to_bytes(ring_.database_key(caller).view())};
}

Result<KeyStatus::Reply> KeysService::status() const { return KeyStatus::Reply{"node_key", false}; }

}  // namespace status::keys
