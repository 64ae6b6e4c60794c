#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <span>

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"
#include "ipc/base/random.h"
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
  EXPECT_EQ(to_hex(chat->view()), key_of(ring(), "chat"));
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

TEST(KeysApi, TheReplyIsWhatTheInterfaceSays) {
  const host::SecretBytes reply = encode_reply(ring().database_key("chat"));
  EXPECT_EQ(to_hex(reply.view()), to_hex(*api::encode(Database::Reply{to_bytes(ring().database_key("chat").view())})));
}

// A sanitizer's allocator has its heap elsewhere.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// How often `inverted`, every bit of it turned, lies in the heap. Its true bytes are nowhere in this test's own memory.
std::size_t found_in_heap(const Bytes& inverted) {
  std::ifstream maps("/proc/self/maps");
  std::size_t found = 0;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (!line.ends_with("[heap]") || std::sscanf(line.c_str(), "%zx-%zx", &from, &to) != 2) continue;
    const std::span heap(reinterpret_cast<const std::uint8_t*>(from), to - from);
    const auto same = [](std::uint8_t have, std::uint8_t want) { return have == static_cast<std::uint8_t>(~want); };
    for (auto at = heap.begin();; ++at, ++found) {
      at = std::search(at, heap.end(), inverted.begin(), inverted.end(), same);
      if (at == heap.end()) break;
    }
  }
  return found;
}

Bytes inverse_of(ByteView bytes) {
  Bytes out;
  for (const std::uint8_t byte : bytes) out.push_back(static_cast<std::uint8_t>(~byte));
  return out;
}

TEST(KeysService, AnAnsweredKeyIsNotInTheHeap) {
  Bytes planted(32);
  SeededRandom(1).fill(planted);
  ASSERT_GT(found_in_heap(inverse_of(planted)), 0U) << "what lies in the heap is found";
  const KeysService service(ring(9));
  Bytes inverted;
  {
    const auto key = service.database("chat");
    ASSERT_TRUE(key);
    const host::SecretBytes reply = encode_reply(*key);
    inverted = inverse_of(key->view());
  }
  EXPECT_EQ(found_in_heap(inverted), 0U);
}

#endif

TEST(KeysApi, IsTheCommittedDocument) {
  EXPECT_TRUE(test::matches_committed(interface(), "services/features/keys/openrpc.json"));
}

}  // namespace
}  // namespace status::keys
