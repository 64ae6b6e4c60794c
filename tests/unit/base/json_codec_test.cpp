#include <gtest/gtest.h>

#include <limits>

#include "ipc/base/codec.h"

namespace status {
namespace {

Error refusal(std::string_view text, const DecodeLimits& limits = {}) {
  const Result<Value> value = parse_json(text, limits);
  EXPECT_FALSE(value) << text.substr(0, 64);
  return value ? Error{} : value.error();
}

TEST(Json, IntegersStayIntegers) {
  EXPECT_EQ(parse_json("7").value(), Value(7));
  EXPECT_EQ(parse_json("-7").value(), Value(-7));
  EXPECT_EQ(parse_json("18446744073709551615").value(), Value(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(parse_json("-9223372036854775808").value(), Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(parse_json("7.0").value(), Value(7.0));
  EXPECT_EQ(parse_json("7e0").value(), Value(7.0));
}

TEST(Json, AnIntegerBeyond64BitsIsRefusedNotRounded) {
  EXPECT_EQ(refusal("18446744073709551616").message, "the integer `18446744073709551616` does not fit 64 bits");
  EXPECT_EQ(refusal("{\"a\": -9223372036854775809}").reason, "ipc.bad_encoding");
  EXPECT_EQ(refusal("1e999").reason, "ipc.bad_encoding");
}

TEST(Json, KeepsTheOrderOfKeys) {
  EXPECT_EQ(to_json(parse_json(R"({"b":1,"a":[true,null,"x"]})").value()), R"({"b":1,"a":[true,null,"x"]})");
}

TEST(Json, WritesCompactAndPretty) {
  const Value value = Value::map({{"a", Value::array({1, 1.0})}, {"e", Value(Value::Map{})}});
  EXPECT_EQ(to_json(value), R"({"a":[1,1.0],"e":{}})");
  EXPECT_EQ(to_json(value, true), "{\n  \"a\": [\n    1,\n    1.0\n  ],\n  \"e\": {}\n}");
}

TEST(Json, WritesBytesAsPaddedBase64) { EXPECT_EQ(to_json(Value(Bytes{'f'})), "\"Zg==\""); }

TEST(Json, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_json(Value("a\xff"
                          "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Json, NumbersThatJsonLacksBecomeNull) {
  EXPECT_EQ(to_json(Value(std::numeric_limits<double>::infinity())), "null");
}

TEST(Json, EveryTruncationIsRefused) {
  const std::string whole = R"({"a":[1,-2.5e3,true,null,"t\u00e9"],"b":{"c":"d"}})";
  ASSERT_TRUE(parse_json(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Error error = refusal(whole.substr(0, size));
    EXPECT_EQ(error.code, Code::invalid_argument) << size;
    EXPECT_EQ(error.reason, "ipc.bad_encoding") << size;
  }
}

TEST(Json, ErrorsSayWhere) {
  const Error error = refusal("{\n  \"a\": tru }");
  EXPECT_THAT(error.message, testing::StartsWith("parse error at line 2, column"));
}

TEST(Json, MalformedTextIsRefused) {
  for (const char* text : {"{} x", "{a:1}", "[1,]", "// c\n1", "NaN", "'a'", "\"\xff\"", "01", "{\"a\":1 \"b\":2}"}) {
    EXPECT_EQ(refusal(text).reason, "ipc.bad_encoding") << text;
  }
}

TEST(Json, DuplicateKeysAreRefused) { EXPECT_EQ(refusal(R"({"a":1,"b":2,"a":3})").message, "key `a` occurs twice"); }

TEST(Json, LimitsHold) {
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_EQ(refusal(std::string(33, '[') + std::string(33, ']')).reason, "ipc.limit");
  EXPECT_EQ(refusal(std::string(1 << 20, '[')).code, Code::resource_exhausted);
  EXPECT_EQ(refusal("[1,2,3]", {.entries = 2}).reason, "ipc.limit");
  EXPECT_EQ(refusal(R"({"a":1,"b":2})", {.entries = 1}).reason, "ipc.limit");
  EXPECT_EQ(refusal("[[1,2],[3]]", {.values = 5}).reason, "ipc.limit");
}

}  // namespace
}  // namespace status
