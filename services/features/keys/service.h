// The two methods of status-keys, as plain functions of who asks.
#pragma once

#include <string_view>

#include "ipc/base/result.h"
#include "services/features/keys/api.h"
#include "services/features/keys/key_ring.h"

namespace status::keys {

// Any thread.
class KeysService {
 public:
  explicit KeysService(KeyRing ring) : ring_(std::move(ring)) {}

  // `caller` is the module that the connection belongs to. PERMISSION_DENIED (`keys.not_a_module`) for the gateway,
  // which speaks for front ends, and for a name that no module can have. The reply is a secret: wipe it once it is
  // sent.
  Result<Database::Reply> database(std::string_view caller) const;
  Result<KeyStatus::Reply> status() const;

 private:
  KeyRing ring_;
};

}  // namespace status::keys
