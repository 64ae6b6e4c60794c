// The two methods of status-keys, as plain functions of who asks.
#pragma once

#include <string_view>

#include "ipc/base/result.h"
#include "services/features/keys/api.h"
#include "services/features/keys/key_ring.h"
#include "services/host/secret.h"

namespace status::keys {

// Database::Reply with that key, encoded. It is put together in locked memory, because the typed encoder would leave
// copies of the key in the heap.
host::SecretBytes encode_reply(const host::SecretBytes& key);

// Any thread.
class KeysService {
 public:
  explicit KeysService(KeyRing ring) : ring_(std::move(ring)) {}

  // `caller` is the module that the connection belongs to. PERMISSION_DENIED (`keys.not_a_module`) for the gateway,
  // which speaks for front ends, and for a name that no module can have.
  Result<host::SecretBytes> database(std::string_view caller) const;
  Result<KeyStatus::Reply> status() const;

 private:
  KeyRing ring_;
};

}  // namespace status::keys
