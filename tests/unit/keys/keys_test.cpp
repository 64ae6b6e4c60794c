#include <gtest/gtest.h>

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"
#include "services/features/keys/key_ring.h"
#include "services/features/keys/service.h"
#include "tests/support/openrpc_check.h"

namespace status::keys {
namespace {

KeyRing ring(std::uint8_t fill = 1, const std::string& profile = "default") {
  return KeyRing(host::SecretBytes(Bytes(32, fill)), profile);
}

std::string key_of(const KeyRing& from, std::string_view module) { return to_hex(from.database_key(module).view()); }

// Computed with Python's hmac: prk = HMAC(0^32, 01^32), okm = HMAC(prk, info || 01).
TEST(KeyRing, DerivationNeverChanges) {
  EXPECT_EQ(key_of(ring(), "chat"), "cdef3619e475fb3ecf0c6f8ad20c15a3fcef151beb78c3602905ef0d83eeb720");
  EXPECT_EQ(key_of(ring(), "waku"), "7d6884f6fce2f717955dad764abbf05527e68f1272f0dd78198902c9309582cb");
}

TEST(KeyRing, SecretProfileAndModuleSeparate) {
  EXPECT_NE(key_of(ring(2), "chat"), key_of(ring(), "chat"));
  EXPECT_NE(key_of(ring(1, "other"), "chat"), key_of(ring(), "chat"));
  EXPECT_NE(key_of(ring(1, "a"), "bc"), key_of(ring(1, "ab"), "c"));
}

TEST(KeysService, AnswersByIdentity) {
  const KeysService service(ring());
  const auto chat = service.database("chat");
  ASSERT_TRUE(chat);
  EXPECT_EQ(to_hex(chat->key), key_of(ring(), "chat"));
  for (const char* other : {"gateway", "", "Chat", "chat module", "../chat"}) {
    EXPECT_EQ(service.database(other).error().code, Code::permission_denied) << other;
  }
}

TEST(KeysService, TellsItsSource) {
  const auto status = KeysService(ring()).status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->source, "node_key");
  EXPECT_FALSE(status->locked);
}

TEST(KeysApi, KeyTravelsAsBinary) {
  const auto encoded = api::encode(Database::Reply{Bytes(32, 5)});
  ASSERT_TRUE(encoded);
  const auto value = decode_msgpack(*encoded);
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, Value::map({{"key", Bytes(32, 5)}}));
}

TEST(KeysApi, IsTheCommittedDocument) {
  EXPECT_TRUE(test::matches_committed(interface(), "services/features/keys/openrpc.json"));
}

}  // namespace
}  // namespace status::keys
