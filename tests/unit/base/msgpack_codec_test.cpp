#include <gtest/gtest.h>

#include <limits>

#include "ipc/base/codec.h"
#include "ipc/base/random.h"
#include "tests/support/allocations.h"

namespace status {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Error refusal(ByteView bytes, const DecodeLimits& limits = {}) {
  const Result<Value> value = decode_msgpack(bytes, limits);
  EXPECT_FALSE(value) << to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 64)));
  return value ? Error{} : value.error();
}

Value sample() {
  return Value::map({
      {"nil", nullptr},
      {"flag", true},
      {"small", 5},
      {"negative", -3},
      {"most", std::numeric_limits<std::uint64_t>::max()},
      {"least", std::numeric_limits<std::int64_t>::min()},
      {"number", 1.5},
      {"text", "größe"},
      {"empty", ""},
      {"bytes", Bytes{0, 1, 255}},
      {"list", Value::array({1, "two", Value::map({{"k", Value::Array{}}})})},
      {"long text", std::string(70'000, 'x')},
      {"long bytes", Bytes(70'000, 7)},
  });
}

TEST(Msgpack, EncodesTheShortestForms) {
  EXPECT_EQ(to_hex(encode_msgpack(Value())), "c0");
  EXPECT_EQ(to_hex(encode_msgpack(Value(true))), "c3");
  EXPECT_EQ(to_hex(encode_msgpack(Value(127))), "7f");
  EXPECT_EQ(to_hex(encode_msgpack(Value(128))), "cc80");
  EXPECT_EQ(to_hex(encode_msgpack(Value(-1))), "ff");
  EXPECT_EQ(to_hex(encode_msgpack(Value(std::numeric_limits<std::uint64_t>::max()))), "cfffffffffffffffff");
  EXPECT_EQ(to_hex(encode_msgpack(Value(1.5))), "cb3ff8000000000000");
  EXPECT_EQ(to_hex(encode_msgpack(Value("ab"))), "a26162");
  EXPECT_EQ(to_hex(encode_msgpack(Value(Bytes{1}))), "c40101");
  EXPECT_EQ(to_hex(encode_msgpack(Value::map({{"a", Value::array({1, nullptr})}}))), "81a1619201c0");
}

TEST(Msgpack, WhatIsEncodedIsDecoded) { EXPECT_EQ(decode_msgpack(encode_msgpack(sample())).value(), sample()); }

TEST(Msgpack, AppendsToWhatIsThere) {
  Bytes out{0xAA};
  encode_msgpack(Value(1), out);
  EXPECT_EQ(to_hex(out), "aa01");
}

// msgpack-cxx 4 would make them integers.
TEST(Msgpack, DoublesStayDoubles) {
  for (const double value : {0.0, 1.0, -1.0, 1e15, 18446744073709551616.0, -9223372036854775808.0}) {
    EXPECT_EQ(decode_msgpack(encode_msgpack(Value(value))).value(), Value(value)) << value;
  }
  EXPECT_EQ(to_hex(encode_msgpack(Value(1.0))), "cb3ff0000000000000");
}

TEST(Msgpack, ReadsFloat32AsNumber) { EXPECT_EQ(decode_msgpack(hex("ca3fc00000")).value(), Value(1.5)); }

TEST(Msgpack, EveryTruncationIsRefused) {
  const Bytes whole = encode_msgpack(Value::map({{"a", Value::array({1, 300, -70'000, 1.5, "text", Bytes{1, 2}})},
                                                 {"b", Value::map({{"c", std::string(300, 'x')}, {"d", nullptr}})}}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Error error = refusal(ByteView(whole).first(size));
    EXPECT_EQ(error.code, Code::invalid_argument) << size;
    EXPECT_EQ(error.reason, "ipc.bad_encoding") << size;
    EXPECT_THAT(error.message, testing::HasSubstr("truncated")) << size;
  }
}

TEST(Msgpack, TrailingBytesAreRefused) {
  EXPECT_EQ(refusal(hex("8000")).message, "1 bytes follow the document");
  EXPECT_EQ(refusal(hex("01c0c0")).reason, "ipc.bad_encoding");
}

TEST(Msgpack, UnknownBytesAreRefused) {
  EXPECT_THAT(refusal(hex("c1")).message, testing::HasSubstr("starts no MessagePack value"));
  EXPECT_EQ(refusal(hex("92c0c1")).reason, "ipc.bad_encoding");
}

TEST(Msgpack, ExtensionTypesAreRefused) {
  for (const char* text : {"d40100", "d5010000", "c7000a", "d6ff00000000", "81a161d40100"}) {
    EXPECT_EQ(refusal(hex(text)).message, "extension types are not accepted") << text;
  }
}

TEST(Msgpack, DuplicateKeysAreRefused) {
  EXPECT_EQ(refusal(hex("82a16101a16102")).message, "key `a` occurs twice");
  Value::Map large;
  for (int i = 0; i < 1000; ++i) large.emplace_back("k" + std::to_string(i), i);
  EXPECT_TRUE(decode_msgpack(encode_msgpack(Value(large))));
  large.emplace_back("k500", 0);
  EXPECT_EQ(refusal(encode_msgpack(Value(large))).message, "key `k500` occurs twice");
  EXPECT_TRUE(decode_msgpack(hex("9281a1610181a16101"))) << "the same key in two maps is none";
}

TEST(Msgpack, KeysMustBeStrings) {
  for (const char* text : {"8101c0", "81c0c0", "81c3c0", "81c40161c0", "819001", "818001", "81cb3ff8000000000000c0"}) {
    EXPECT_EQ(refusal(hex(text)).message, "a map key is not a string") << text;
  }
  EXPECT_EQ(decode_msgpack(hex("81a001")).value(), Value::map({{"", 1}}));
}

TEST(Msgpack, NestingIsLimited) {
  Bytes bytes(32, 0x91);
  bytes.push_back(0xC0);
  EXPECT_TRUE(decode_msgpack(bytes));
  bytes.insert(bytes.begin(), 0x91);
  const Error error = refusal(bytes);
  EXPECT_EQ(error.code, Code::resource_exhausted);
  EXPECT_EQ(error.reason, "ipc.limit");
  EXPECT_EQ(error.message, "nested deeper than 32 levels");
  EXPECT_EQ(refusal(Bytes(1 << 20, 0x91)).reason, "ipc.limit");
  Bytes maps;
  for (int i = 0; i < 100'000; ++i) maps.insert(maps.end(), {0x81, 0xA1, 'a'});
  EXPECT_EQ(refusal(maps).reason, "ipc.limit");
}

TEST(Msgpack, EntriesAreLimited) {
  const auto list = [](std::uint32_t count) { return encode_msgpack(Value(Value::Array(count))); };
  EXPECT_TRUE(decode_msgpack(list(65'536)));
  EXPECT_EQ(refusal(list(65'537)).reason, "ipc.limit");
  EXPECT_EQ(refusal(list(5), {.entries = 4}).code, Code::resource_exhausted);
}

TEST(Msgpack, TheWholeDocumentIsLimited) {
  const Value rows(Value::Array(100, Value(Value::Array(100))));
  EXPECT_TRUE(decode_msgpack(encode_msgpack(rows), {.values = 10'101}));
  EXPECT_EQ(refusal(encode_msgpack(rows), {.values = 10'100}).reason, "ipc.limit");
}

// Headers that claim gigabytes, with nothing behind them.
TEST(Msgpack, ClaimedLengthsAreNotAllocated) {
  const char* const claims[] = {"dbffffffff",   "c6ffffffff",   "ddffffffff",         "dfffffffff",
                                "c9ffffffff01", "ddffffffffc0", "dc10000000",         "dfffffffff01",
                                "dcffff",       "deffff",       "91ddffffffffdcffff", "dd0000ffffc0"};
  for (const char* claim : claims) {
    const Bytes bytes = hex(claim);
    const std::size_t before = test::allocated_bytes();
    const Result<Value> value = decode_msgpack(bytes);
    EXPECT_LT(test::allocated_bytes() - before, 8'192u) << claim;
    EXPECT_FALSE(value) << claim;
  }
  // The claim fits the size of the document, again and again: only a little may be reserved for each.
  Bytes nested;
  for (int i = 0; i < 31; ++i) nested.insert(nested.end(), {0xDC, 0xFF, 0x00});
  nested.resize(66'000, 0xC1);
  const std::size_t before = test::allocated_bytes();
  EXPECT_FALSE(decode_msgpack(nested));
  EXPECT_LT(test::allocated_bytes() - before, 200'000u);
}

TEST(Msgpack, RandomBytesNeverCrash) {
  const std::uint64_t seed = SystemRandom().next64();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  const Bytes good = encode_msgpack(sample());
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes(random.next64() % 64);
    random.fill(bytes);
    if (round % 2 == 0) {
      bytes.assign(good.begin(), good.begin() + 200);
      for (int flips = 0; flips < 3; ++flips)
        bytes[random.next64() % bytes.size()] = static_cast<std::uint8_t>(random.next64());
    }
    const Result<Value> value = decode_msgpack(bytes);
    if (value) {
      EXPECT_TRUE(decode_msgpack(encode_msgpack(*value))) << to_hex(bytes);
    } else {
      EXPECT_TRUE(value.error().reason == "ipc.bad_encoding" || value.error().reason == "ipc.limit") << to_hex(bytes);
    }
  }
}

}  // namespace
}  // namespace status
