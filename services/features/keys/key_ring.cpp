#include "services/features/keys/key_ring.h"

#include <utility>

#include "services/host/hkdf.h"

namespace status::keys {

KeyRing::KeyRing(host::SecretBytes secret, std::string profile)
    : secret_(std::move(secret)), profile_(std::move(profile)) {}

host::SecretBytes KeyRing::database_key(std::string_view module) const {
  std::string info = "status/database/v1";
  info += '\0';
  info += profile_;
  info += '\0';
  info += module;
  info += '\0';
  return host::hkdf_sha256(secret_.view(), {}, as_bytes(info), kDatabaseKeyBytes);
}

}  // namespace status::keys
