#include "ipc/tls/key_id.h"

#include <algorithm>

#include "ipc/base/bytes.h"

namespace status::tls {

std::string to_text(const KeyId& id) { return to_hex(id); }

std::optional<KeyId> parse_key_id(std::string_view text) {
  const std::optional<Bytes> bytes = from_hex(text);
  KeyId id;
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::ranges::copy(*bytes, id.begin());
  return id;
}

}  // namespace status::tls
