#include "ipc/base/value.h"

#include <gtest/gtest.h>

#include <limits>

namespace status {
namespace {

TEST(Value, IntegersConvertBetweenSignsOnlyWhereTheyFit) {
  EXPECT_EQ(Value(std::uint64_t{7}).as_int64(), 7);
  EXPECT_EQ(Value(std::int64_t{7}).as_uint64(), 7u);
  EXPECT_EQ(Value(std::int64_t{-1}).as_uint64(), std::nullopt);
  EXPECT_EQ(Value(std::numeric_limits<std::uint64_t>::max()).as_int64(), std::nullopt);
  EXPECT_EQ(Value("7").as_int64(), std::nullopt);
  EXPECT_EQ(Value(7.0).as_int64(), std::nullopt);
}

TEST(Value, EqualityIgnoresTheSignTypeAndTheLine) {
  EXPECT_EQ(Value(7), Value(std::uint64_t{7}));
  EXPECT_FALSE(Value(-1) == Value(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_FALSE(Value(7) == Value(7.0));
  Value with_line("x");
  with_line.set_line(12);
  EXPECT_EQ(with_line, Value("x"));
}

TEST(Value, SetKeepsTheOrderOfInsertionAndReplaces) {
  Value value;
  value.set("b", 1);
  value.set("a", 2);
  value.set("b", 3);
  EXPECT_EQ(value, Value::map({{"b", 3}, {"a", 2}}));
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(Value(1).find("a"), nullptr);
}

TEST(Value, ShorthandsFallBackOnAnotherType) {
  const Value value = Value::map({{"text", "t"}, {"number", 5}, {"flag", true}});
  EXPECT_EQ(value.string_or("text", "x"), "t");
  EXPECT_EQ(value.string_or("number", "x"), "x");
  EXPECT_EQ(value.int_or("number", 0), 5);
  EXPECT_EQ(value.uint_or("text", 9), 9u);
  EXPECT_TRUE(value.bool_or("flag", false));
  EXPECT_TRUE(value.bool_or("missing", true));
}

TEST(Value, TypeNamesAreTheWordsOfErrorMessages) {
  EXPECT_EQ(Value().type_name(), "null");
  EXPECT_EQ(Value(true).type_name(), "boolean");
  EXPECT_EQ(Value(1).type_name(), "integer");
  EXPECT_EQ(Value(std::uint64_t{1}).type_name(), "integer");
  EXPECT_EQ(Value(1.5).type_name(), "number");
  EXPECT_EQ(Value("s").type_name(), "string");
  EXPECT_EQ(Value(Bytes{1}).type_name(), "binary");
  EXPECT_EQ(Value(Value::Array{}).type_name(), "array");
  EXPECT_EQ(Value(Value::Map{}).type_name(), "map");
}

}  // namespace
}  // namespace status
