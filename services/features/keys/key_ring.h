// Derives the databases' keys from the one secret, which never leaves it.
#pragma once

#include <string>
#include <string_view>

#include "services/host/secret.h"

namespace status::keys {

// Immutable: any thread. The secret lies in locked memory and is zeroed with the ring.
class KeyRing {
 public:
  static constexpr std::size_t kDatabaseKeyBytes = 32;

  // `profile` is the name of the folder that holds the modules' files: "default" until there are accounts.
  KeyRing(host::SecretBytes secret, std::string profile);

  // HKDF-SHA256 of the secret; the info is "status/database/v1", the profile and the module, each ended by a zero byte.
  // Changing any of this closes every database there is.
  host::SecretBytes database_key(std::string_view module) const;

  // False where RLIMIT_MEMLOCK forbids locking.
  bool memory_locked() const { return secret_.locked(); }

 private:
  host::SecretBytes secret_;
  std::string profile_;
};

}  // namespace status::keys
