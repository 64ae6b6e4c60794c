#include <gtest/gtest.h>

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"
#include "tests/unit/api/sample.h"

namespace status::api {
namespace {

TEST(Writer, EveryKindBecomesItsValueInTheOrderOfDeclaration) {
  const sample::Everything all = sample::full_example();
  EXPECT_EQ(to_value(all),
            Value::map({{"flag", true},
                        {"int32", all.int32},
                        {"int64", all.int64},
                        {"uint32", all.uint32},
                        {"uint64", all.uint64},
                        {"amount", all.amount},
                        {"number", -0.25},
                        {"text", all.text},
                        {"bytes", Bytes{0, 255}},
                        {"id", Bytes{0xAB, 1}},
                        {"any", all.any},
                        {"maybe", ""},
                        {"numbers", Value::array({1, 2, 3})},
                        {"point", Value::map({{"x", -1}, {"y", 2}})},
                        {"points", Value::array({Value::map({{"x", 1}, {"y", 1}}), Value::map({{"x", 2}, {"y", 2}})})},
                        {"maybe_point", Value::map({{"x", 5}, {"y", 6}})},
                        {"ids", Value::array({Bytes{1}, Bytes{2}})}}));
}

TEST(Writer, EmptyOptionalsAreLeftOutAndDefaultsAreNot) {
  const Value value = to_value(sample::Everything{});
  EXPECT_EQ(value.find("maybe"), nullptr);
  EXPECT_EQ(value.find("maybe_point"), nullptr);
  EXPECT_EQ(value.find("any"), nullptr);
  EXPECT_EQ(*value.find("numbers"), Value(Value::Array{}));
  EXPECT_EQ(*to_value(sample::Search::Request{}).find("limit"), Value(20));
}

TEST(Writer, AStructWithoutFieldsIsAnEmptyMap) { EXPECT_EQ(to_value(Empty{}), Value(Value::Map{})); }

TEST(Writer, EncodesMessagePackThatDecodesToTheSame) {
  const Bytes encoded = encode(sample::full_example()).value();
  EXPECT_EQ(decode_msgpack(encoded).value(), to_value(sample::full_example()));
  EXPECT_EQ(decode<sample::Everything>(encoded, Mode::strict).value(), sample::full_example());
  EXPECT_EQ(to_hex(encode(sample::Point{1, -1}).value()), "82a17801a179ff");
}

TEST(Writer, TextThatIsNotUtf8IsRefusedByItsPath) {
  sample::Everything all;
  all.any = Value::map({{"list", Value::array({1, "ok", "bad\xff"})}});
  const Result<Bytes> encoded = encode(all);
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, Code::internal);
  EXPECT_EQ(encoded.error().reason, "ipc.invalid_text");
  EXPECT_EQ(encoded.error().message, "`any.list[2]` is not valid UTF-8");
}

}  // namespace
}  // namespace status::api
