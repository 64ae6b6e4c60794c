#include "services/waku/message.h"

#include <gtest/gtest.h>

namespace status::waku {
namespace {

struct Vector {
  const char* name;
  const char* pubsub_topic;
  const char* payload;
  const char* meta;
  const char* hash;
};

// The vectors of the reference implementation's own tests.
constexpr Vector kVectors[] = {
    {"no meta", "/waku/2/rs/0/0", "010203045445535405060708", "",
     "cccab07fed94181c83937c8ca8340c9108492b7ede354a6d95421ad34141fd37"},
    {"meta of 12 bytes", "/waku/2/rs/0/0", "010203045445535405060708", "73757065722d736563726574",
     "b9b4852f9d8c489846e8bfc6c5ca6a1a8d460a40d28832a966e029eb39619199"},
    {"meta of 64 bytes", "/waku/2/rs/0/0", "010203045445535405060708",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
     "653460d04f66c5b11814d235152f4f246e6f03ef80a305a825913636fbafd0ba"},
    {"empty payload", "/waku/2/rs/0/0", "", "73757065722d736563726574",
     "0f6448cc23b2db6c696aa6ab4b693eff4cf3549ff346fe1dbeb281697396a09f"},
    {"default topic, meta", "/waku/2/default-waku/proto", "010203045445535405060708", "73757065722d736563726574",
     "64cce733fed134e83da02b02c6f689814872b1a0ac97ea56b76095c3c72bfe05"},
    {"default topic, no meta", "/waku/2/default-waku/proto", "010203045445535405060708", "",
     "a2554498b31f5bcdfcbf7fa58ad1c2d45f0254f3f8110a85588ec3cf10720fd8"},
};

WakuMessage message_of(const Vector& vector) {
  WakuMessage message;
  message.payload = *from_hex(vector.payload);
  message.content_topic = "/waku/2/default-content/proto";
  message.meta = *from_hex(vector.meta);
  message.timestamp_ns = 0x175789bfa23f8400;
  return message;
}

TEST(MessageHash, MatchesThePublishedVectors) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(to_hex(message_hash(vector.pubsub_topic, message_of(vector))), vector.hash) << vector.name;
  }
}

TEST(MessageHash, CoversEverythingThatTheSpecificationNamesAndNothingElse) {
  const WakuMessage base = message_of(kVectors[0]);
  const MessageHash hash = message_hash("/waku/2/rs/0/0", base);

  WakuMessage changed = base;
  changed.timestamp_ns += 1;
  EXPECT_NE(message_hash("/waku/2/rs/0/0", changed), hash);
  EXPECT_NE(message_hash("/waku/2/rs/0/1", base), hash);

  WakuMessage same = base;
  same.version = 7;
  same.proof = {1};
  same.ephemeral = true;
  EXPECT_EQ(message_hash("/waku/2/rs/0/0", same), hash);
}

TEST(MessageHash, TextFormIsPrefixedHex) {
  MessageHash hash{};
  hash[0] = 0xab;
  EXPECT_EQ(to_text(hash), "0xab" + std::string(62, '0'));
}

TEST(MessageHash, FromBytesWantsThirtyTwo) {
  EXPECT_TRUE(hash_from_bytes(Bytes(32, 1)));
  const Result<MessageHash> result = hash_from_bytes(Bytes(31, 1));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.invalid_hash");
}

}  // namespace
}  // namespace status::waku
