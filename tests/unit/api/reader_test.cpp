#include <gtest/gtest.h>

#include <limits>

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"
#include "ipc/base/random.h"
#include "tests/unit/api/sample.h"

namespace status::api {
namespace {

using Request = sample::Search::Request;

// The example with one key replaced (or added).
Value everything_with(std::string_view key, Value value) {
  Value all = to_value(sample::full_example());
  all.set(key, std::move(value));
  return all;
}

template <class T>
Error refusal(const Value& value, Mode mode = Mode::strict) {
  const Result<T> read = from_value<T>(value, mode);
  EXPECT_FALSE(read) << to_json(value);
  return read ? Error{} : read.error();
}

std::string search_refusal(std::string_view key, Value value) {
  Value request = Value::map({{"query", "q"}});
  request.set(key, std::move(value));
  const Error error = refusal<Request>(request);
  EXPECT_EQ(error.code, Code::invalid_argument);
  EXPECT_EQ(error.reason, "ipc.invalid_params");
  return error.message;
}

TEST(Reader, EveryKindIsReadBack) {
  for (const Mode mode : {Mode::strict, Mode::lenient}) {
    EXPECT_EQ(from_value<sample::Everything>(to_value(sample::full_example()), mode).value(), sample::full_example());
  }
}

TEST(Reader, AWrongTypeNamesTheKeyAndBothTypes) {
  const std::pair<const char*, const char*> wanted[] = {
      {"flag", "a boolean"},    {"int32", "an integer"},  {"int64", "an integer"}, {"uint32", "an integer"},
      {"uint64", "an integer"}, {"number", "a number"},   {"text", "a string"},    {"bytes", "binary"},
      {"id", "binary"},         {"maybe", "a string"},    {"numbers", "an array"}, {"point", "a map"},
      {"points", "an array"},   {"maybe_point", "a map"}, {"ids", "an array"}};
  for (const auto& [key, type] : wanted) {
    // No field of the example takes both of these.
    const bool is_map = std::string_view(type) == "a map";
    const Value wrong = is_map ? Value(true) : Value(Value::Map{});
    const Error error = refusal<sample::Everything>(everything_with(key, wrong));
    EXPECT_EQ(error.message, "`" + std::string(key) + "` must be " + type + ", not " + (is_map ? "boolean" : "map"));
    EXPECT_EQ(error.details, Value::map({{"key", key}}));
  }
}

TEST(Reader, BinaryIsNoTextAndTextIsNoBinary) {
  EXPECT_EQ(refusal<sample::Everything>(everything_with("text", Bytes{1})).message,
            "`text` must be a string, not binary");
  EXPECT_EQ(refusal<sample::Everything>(everything_with("id", "0xab")).message, "`id` must be binary, not string");
}

TEST(Reader, IntegersOutsideTheirTypeAreRefusedInBothModes) {
  EXPECT_EQ(refusal<sample::Everything>(everything_with("int32", std::int64_t{2'147'483'648})).message,
            "`int32` must be between -2147483648 and 2147483647, not 2147483648");
  for (const Mode mode : {Mode::strict, Mode::lenient}) {
    EXPECT_EQ(refusal<sample::Everything>(everything_with("uint32", -1), mode).message,
              "`uint32` must be between 0 and 4294967295, not -1");
    EXPECT_EQ(refusal<sample::Everything>(everything_with("uint64", -1), mode).message,
              "`uint64` must be between 0 and 18446744073709551615, not -1");
    EXPECT_EQ(
        refusal<sample::Everything>(everything_with("int64", std::numeric_limits<std::uint64_t>::max()), mode).message,
        "`int64` must be between -9223372036854775808 and 9223372036854775807, not 18446744073709551615");
  }
}

TEST(Reader, DoublesTakeIntegersAndOnlyFiniteNumbers) {
  EXPECT_EQ(from_value<sample::Everything>(everything_with("number", 3), Mode::strict)->number, 3.0);
  EXPECT_EQ(
      from_value<sample::Everything>(everything_with("number", std::numeric_limits<std::uint64_t>::max()), Mode::strict)
          ->number,
      18446744073709551616.0);
  const Value infinite(std::numeric_limits<double>::infinity());
  EXPECT_EQ(refusal<sample::Everything>(everything_with("number", infinite)).message,
            "`number` must be a finite number");
  EXPECT_EQ(refusal<sample::Everything>(everything_with("int32", 1.0)).message,
            "`int32` must be an integer, not number");
}

TEST(Reader, LimitsNameTheKeyTheLimitAndTheValue) {
  EXPECT_EQ(search_refusal("query", ""), "`query` must have 1 to 10 characters, not 0");
  EXPECT_EQ(search_refusal("query", "0123456789€"), "`query` must have 1 to 10 characters, not 11");
  EXPECT_EQ(search_refusal("direction", "up"), "`direction` must be one of `forward`, `backward`, not `up`");
  EXPECT_EQ(search_refusal("limit", 0), "`limit` must be between 1 and 100, not 0");
  EXPECT_EQ(search_refusal("limit", 101), "`limit` must be between 1 and 100, not 101");
  EXPECT_EQ(search_refusal("topics", Value::array({"a", "b", "c"})), "`topics` must have at most 2 entries, not 3");
  EXPECT_EQ(search_refusal("topics", Value::array({"a", ""})), "`topics[1]` must have 1 to 8 bytes, not 0");
  EXPECT_EQ(search_refusal("after", Bytes{1, 2, 3}), "`after` must have 4 bytes, not 3");
  EXPECT_EQ(search_refusal("weight", 1.5), "`weight` must be between 0 and 1, not 1.5");
  EXPECT_EQ(search_refusal("key", Bytes{1}), "`key` must have 2 to 4 bytes, not 1");
}

TEST(Reader, TheEndsOfARangeBelongToIt) {
  const Value request = Value::map({{"query", "0123456789"},
                                    {"limit", 100},
                                    {"weight", 1.0},
                                    {"key", Bytes{1, 2, 3, 4}},
                                    {"topics", Value::array({"12345678", "1"})},
                                    {"after", Bytes(4)}});
  EXPECT_TRUE(from_value<Request>(request, Mode::strict));
}

TEST(Reader, TextInsideAnythingIsUtf8Too) {
  for (const Value& value :
       {Value("a\xff"), Value::array({1, "a\xff"}), Value::map({{"k", Value::map({{"\xff", 1}})}})}) {
    EXPECT_EQ(refusal<sample::Everything>(everything_with("any", value)).message,
              "`any` holds text that is not valid UTF-8");
  }
}

TEST(Reader, ABrokenCharacterIsRefused) { EXPECT_EQ(search_refusal("query", "a\xff"), "`query` is not valid UTF-8"); }

TEST(Reader, AnUnknownKeyNamesTheNearestKnownOne) {
  EXPECT_EQ(search_refusal("limits", 5), "unknown key `limits`: did you mean `limit`?");
  EXPECT_EQ(search_refusal("dirction", "forward"), "unknown key `dirction`: did you mean `direction`?");
  EXPECT_EQ(refusal<sample::Point>(Value::map({{"latitude", 5}})).message,
            "unknown key `latitude`: known are `x`, `y`");
  EXPECT_EQ(refusal<Empty>(Value::map({{"a", 5}})).message, "unknown key `a`: no keys are known here");
}

TEST(Reader, AnUnknownKeyIsNamedBeforeTheMissingOne) {
  EXPECT_EQ(refusal<Request>(Value::map({{"qeury", "x"}})).message, "unknown key `qeury`: did you mean `query`?");
}

TEST(Reader, ErrorsInsideNameThePath) {
  const auto inside = [](Value point) {
    return refusal<sample::Everything>(
        everything_with("points", Value::array({Value::map({{"x", 1}, {"y", 1}}), std::move(point)})));
  };
  EXPECT_EQ(inside(Value::map({{"x", 1}})).message, "`points[1].y` is missing");
  EXPECT_EQ(inside(Value::map({{"x", 101}, {"y", 1}})).message, "`points[1].x` must be between -100 and 100, not 101");
  EXPECT_EQ(inside(Value::map({{"x", 1}, {"y", 1}, {"z", 1}})).message,
            "unknown key `points[1].z`: known are `x`, `y`");
  EXPECT_EQ(inside(5).details, Value::map({{"key", "points[1]"}}));
}

TEST(Reader, AMissingKeyIsNamed) {
  EXPECT_EQ(refusal<Request>(Value(Value::Map{})).message, "`query` is missing");
  EXPECT_EQ(refusal<sample::Point>(Value::map({{"y", 1}})).message, "`x` is missing");
}

TEST(Reader, WhatIsNoMapIsRefused) {
  EXPECT_EQ(refusal<Request>(Value(Value::Array{})).message, "params must be a map, not array");
  EXPECT_EQ(refusal<Request>(Value(), Mode::lenient).message, "the result must be a map, not null");
}

TEST(Reader, AbsentFieldsKeepTheirDefaults) {
  const Request request = from_value<Request>(Value::map({{"query", "q"}}), Mode::strict).value();
  EXPECT_EQ(request.direction, "forward");
  EXPECT_EQ(request.limit, 20u);
  EXPECT_EQ(request.after, std::nullopt);
  EXPECT_EQ(request.key, (Bytes{0xFB, 0xFF}));
}

TEST(Reader, NullIsAnEmptyOptionalAndNothingElse) {
  EXPECT_EQ(from_value<sample::Everything>(everything_with("maybe", nullptr), Mode::strict)->maybe, std::nullopt);
  EXPECT_EQ(search_refusal("limit", nullptr), "`limit` must be an integer, not null");
}

TEST(Reader, ALaterModuleMayHaveMoreKeysWordsAndRoom) {
  const Value newer =
      Value::map({{"query", "longer than ten"}, {"direction", "sideways"}, {"limit", 500}, {"colour", "red"}});
  const Request request = from_value<Request>(newer, Mode::lenient).value();
  EXPECT_EQ(request.direction, "sideways");
  EXPECT_EQ(request.limit, 500u);
}

TEST(Reader, ALenientRefusalBlamesTheCallee) {
  const Error error = refusal<Request>(Value::map({{"query", 5}}), Mode::lenient);
  EXPECT_EQ(error.code, Code::internal);
  EXPECT_EQ(error.reason, "ipc.invalid_result");
}

TEST(Reader, KeysMayComeInAnyOrder) {
  Value shuffled(Value::Map{});
  const Value all = to_value(sample::full_example());
  for (auto entry = all.as_map()->rbegin(); entry != all.as_map()->rend(); ++entry)
    shuffled.set(entry->first, entry->second);
  EXPECT_EQ(from_value<sample::Everything>(shuffled, Mode::strict).value(), sample::full_example());
}

TEST(Reader, HostileKeysAreQuotedAndCut) {
  const Error error = refusal<Request>(Value::map({{std::string(100'000, 'x') + "\x1b[2J", 1}}));
  EXPECT_LT(error.message.size(), 400u);
  EXPECT_LT(to_json(error.details).size(), 400u);
}

TEST(Reader, BrokenMessagePackIsRefusedAsSuch) {
  EXPECT_EQ(decode<Request>(Bytes{0x81}, Mode::strict).error().reason, "ipc.bad_encoding");
  EXPECT_EQ(decode<Request>(Bytes(100, 0x91), Mode::strict).error().reason, "ipc.limit");
}

TEST(Reader, DamagedMessagesNeverCrash) {
  const std::uint64_t seed = SystemRandom().next64();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  const Bytes good = encode(sample::full_example()).value();
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    Bytes bytes = good;
    bytes[random.next64() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random.next64() % 255);
    const Result<sample::Everything> read = decode<sample::Everything>(bytes, Mode::strict);
    if (read) {
      // Compared as bytes: a damaged number may be NaN.
      const Bytes again = encode(*read).value();
      EXPECT_EQ(encode(decode<sample::Everything>(again, Mode::strict).value()).value(), again);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 600);
}

}  // namespace
}  // namespace status::api
