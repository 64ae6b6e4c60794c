#include "services/waku/message_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "ipc/base/random.h"

namespace status::waku {
namespace {

WakuMessage full_message() {
  WakuMessage message;
  message.payload = {1, 2, 3};
  message.content_topic = "/a/1/b/proto";
  message.version = 300;
  message.timestamp_ns = -2;
  message.meta = {9, 8};
  message.proof = {7};
  message.ephemeral = true;
  return message;
}

// Written out by hand from the field numbers and the Protocol Buffers encoding rules.
constexpr const char* kFullEncoding =
    "0a03010203"
    "120c2f612f312f622f70726f746f"
    "18ac02"
    "5003"
    "5a020908"
    "aa010107"
    "f80101";

TEST(MessageCodec, EncodesEachFieldAsSpecified) { EXPECT_EQ(to_hex(encode_message(full_message())), kFullEncoding); }

TEST(MessageCodec, RoundTrips) {
  WakuMessage message = full_message();
  for (std::int64_t timestamp : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'700'000'000'000'000'000},
                                 std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    message.timestamp_ns = timestamp;
    const Result<WakuMessage> decoded = decode_message(encode_message(message), 1000);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, message);
  }
}

TEST(MessageCodec, KeepsAnEmptyPayload) {
  WakuMessage message;
  message.content_topic = "/a/1/b/proto";
  const Result<WakuMessage> decoded = decode_message(encode_message(message), 1000);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, message);
}

TEST(MessageCodec, SkipsUnknownFieldsOfEveryType) {
  // Fields 4 (varint), 5 (64 bits), 6 (bytes), 7 (32 bits) in front.
  const std::string unknown =
      "20ff01"
      "290102030405060708"
      "320201ff"
      "3d01020304";
  const Result<WakuMessage> decoded = decode_message(*from_hex(unknown + kFullEncoding), 1000);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, full_message());
}

TEST(MessageCodec, EveryTruncationIsRefusedOrAShorterMessage) {
  const Bytes encoded = *from_hex(kFullEncoding);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    const Result<WakuMessage> decoded = decode_message(ByteView(encoded).first(size), 1000);
    if (decoded) {
      EXPECT_NE(*decoded, full_message());
    } else {
      EXPECT_EQ(decoded.error().reason, "waku.invalid_message");
    }
  }
}

TEST(MessageCodec, RefusesWhatIsMissingOrWrong) {
  const char* cases[] = {
      "",                              // nothing
      "0a03010203",                    // no content topic
      "120c2f612f312f622f70726f746f",  // no payload
      "08011200",                      // payload as a number
      "0a001200"
      "5a41",  // meta of 65 bytes, truncated
      "0a001200"
      "00",  // field number 0
      "0a001200"
      "0b",  // a group
      "0a001200"
      "18ffffffffffffffffffff01",  // a varint of 11 bytes
      "0affffffffffffffffff01"
      "00",  // a length of 2^64 - 1
  };
  for (const char* hex : cases) EXPECT_FALSE(decode_message(*from_hex(hex), 1000)) << hex;

  WakuMessage message = full_message();
  message.meta = Bytes(kMaxMetaBytes + 1);
  EXPECT_FALSE(decode_message(encode_message(message), 1000));
}

TEST(MessageCodec, RefusesAnOversizeMessageByItsSize) {
  WakuMessage message = full_message();
  message.payload = Bytes(500);
  const Bytes encoded = encode_message(message);
  EXPECT_TRUE(decode_message(encoded, encoded.size()));
  const Result<WakuMessage> decoded = decode_message(encoded, encoded.size() - 1);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Code::resource_exhausted);
  EXPECT_EQ(decoded.error().reason, "waku.message_too_large");
}

TEST(MessageCodec, SurvivesNoise) {
  SeededRandom random(20240601);  // replayable: the seed is the constant
  for (int round = 0; round < 20'000; ++round) {
    Bytes noise(random.next64() % 64);
    random.fill(noise);
    const Result<WakuMessage> decoded = decode_message(noise, 1000);
    EXPECT_LE(decoded ? decoded->meta.size() : 0, kMaxMetaBytes);
  }
}

}  // namespace
}  // namespace status::waku
