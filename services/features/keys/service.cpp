#include "services/features/keys/service.h"

#include <algorithm>
#include <array>

namespace status::keys {
namespace {

// WIRE.md section 1.
bool is_module_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 32 && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, allowed);
}

}  // namespace

host::SecretBytes encode_reply(const host::SecretBytes& key) {
  // MessagePack: a map of one entry, a string of three letters, bin 8.
  const std::array<std::uint8_t, 7> head = {0x81, 0xa3, 'k', 'e', 'y', 0xc4, static_cast<std::uint8_t>(key.size())};
  host::SecretBytes out(head.size() + key.size());
  std::ranges::copy(key.view(), std::ranges::copy(head, out.writable().begin()).out);
  return out;
}

Result<host::SecretBytes> KeysService::database(std::string_view caller) const {
  if (caller == "gateway" || !is_module_name(caller)) {
    return fail(Code::permission_denied, "keys.not_a_module", "only a module of this node gets its database's key");
  }
  return ring_.database_key(caller);
}

Result<KeyStatus::Reply> KeysService::status() const { return KeyStatus::Reply{"node_key", false}; }

}  // namespace status::keys
