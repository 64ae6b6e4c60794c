// The node's own keys. Functions on an open transaction; errors are the store's.
#pragma once

#include "services/chat/crypto/primitives.h"
#include "services/host/store/transaction.h"

namespace status::chat::tables {

struct StoredIdentity {
  IdentityKeyPair keys;
  std::int64_t created_ms = 0;
};
Result<std::optional<StoredIdentity>> load_identity(store::Transaction& tx);
Status save_identity(store::Transaction& tx, const StoredIdentity& identity);

enum class PrekeyKind : std::uint8_t { signed_prekey = 0, one_time = 1 };

struct StoredPrekey {
  std::uint32_t id = 0;
  KeyPair pair;
  std::int64_t created_ms = 0;
};
// The id is never used twice.
Result<std::uint32_t> add_prekey(store::Transaction& tx, PrekeyKind kind, const KeyPair& pair, std::int64_t created_ms,
                                 std::int64_t expires_ms);
Result<std::optional<StoredPrekey>> find_prekey(store::Transaction& tx, PrekeyKind kind, std::uint32_t id);
Result<std::optional<StoredPrekey>> newest_signed_prekey(store::Transaction& tx);
Status delete_prekey(store::Transaction& tx, std::uint32_t id);
Status delete_expired_prekeys(store::Transaction& tx, std::int64_t now_ms);

}  // namespace status::chat::tables
