#include "ipc/api/json_mapping.h"

#include <gtest/gtest.h>

#include "ipc/api/convert.h"
#include "ipc/api/openrpc.h"
#include "ipc/api/schema.h"
#include "ipc/api/stream_types.h"
#include "ipc/base/codec.h"
#include "tests/unit/api/sample.h"

namespace status::api {
namespace {

class JsonMapping : public testing::Test {
 protected:
  Result<Value> to_wire(std::string_view method, std::string_view json) const {
    return request_to_wire(document_, method, parse_json(json).value());
  }
  std::string refusal(std::string_view json) const {
    const Result<Value> wire = to_wire("sample.search", json);
    EXPECT_FALSE(wire) << json;
    if (wire) return "";
    EXPECT_EQ(wire.error().code, Code::invalid_argument);
    EXPECT_EQ(wire.error().reason, "ipc.invalid_params");
    return wire.error().message;
  }
  // As statusctl has it: what came over the wire.
  const Value document_ = decode_msgpack(encode_msgpack(openrpc_document(sample::interface()))).value();
};

TEST_F(JsonMapping, TextsBecomeWhatTheWireWants) {
  EXPECT_EQ(
      to_wire(
          "sample.search",
          R"({"query":"0xff","after":"0xDEADBEEF","key":"+/8=","since_block":"9007199254740993","points":[{"x":1,"y":2}]})")
          .value(),
      Value::map({{"query", "0xff"},
                  {"after", Bytes{0xDE, 0xAD, 0xBE, 0xEF}},
                  {"key", Bytes{0xFB, 0xFF}},
                  {"since_block", std::uint64_t{9'007'199'254'740'993}},
                  {"points", Value::array({Value::map({{"x", 1}, {"y", 2}})})}}));
}

TEST_F(JsonMapping, BigIntegersMayBeWrittenAsNumbers) {
  EXPECT_EQ(*to_wire("sample.search", R"({"since_block":5})")->find("since_block"), Value(5));
}

TEST_F(JsonMapping, BrokenTextsNameTheKey) {
  EXPECT_EQ(refusal(R"({"key":"abc"})"), "`key` must be padded base64");
  EXPECT_EQ(refusal(R"({"after":"dead"})"), "`after` must be `0x` and an even number of hex digits");
  EXPECT_EQ(refusal(R"({"after":"0xdea"})"), "`after` must be `0x` and an even number of hex digits");
  for (const char* number : {"", "-1", "1.5", "12x", " 1", "18446744073709551616"}) {
    EXPECT_THAT(refusal(R"({"since_block":")" + std::string(number) + "\"}"),
                testing::StartsWith("`since_block` must be a 64-bit integer"));
  }
}

TEST_F(JsonMapping, WhatTheDocumentDoesNotDescribePassesUnchanged) {
  EXPECT_EQ(to_wire("sample.search", R"({"qeury":"0xff","after":5,"points":"x"})").value(),
            Value::map({{"qeury", "0xff"}, {"after", 5}, {"points", "x"}}));
  EXPECT_EQ(to_wire("sample.search", "[1]").value(), Value::array({1}));
  EXPECT_EQ(to_wire("sample.search", "null").value(), Value());
}

TEST_F(JsonMapping, AnUnknownMethodNamesTheNearest) {
  const Result<Value> wire = to_wire("sample.serach", "{}");
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, Code::unimplemented);
  EXPECT_EQ(wire.error().message, "there is no method `sample.serach`: did you mean `sample.search`?");
}

TEST_F(JsonMapping, ResultsBecomeTexts) {
  const sample::Search::Reply reply{{{{0xAB}}, {{0x00}}}, 9'007'199'254'740'993, {0xFB, 0xFF}, {{1, 2}}};
  EXPECT_EQ(to_json(result_to_json(document_, "sample.search", to_value(reply))),
            R"({"ids":["0xab","0x00"],"total":"9007199254740993","proof":"+/8=","points":[{"x":1,"y":2}]})");
}

TEST_F(JsonMapping, EveryKindMakesTheRoundTrip) {
  const Value wire = to_value(sample::full_example());
  const Value schema = object_schema(table_of<sample::Everything>());
  const Value json = parse_json(to_json(to_json_form(schema, wire))).value();
  Value back = to_wire("sample.store", to_json(json)).value();
  // What has no schema has no way back from base64.
  EXPECT_EQ(*back.find("any"), Value::map({{"deep", Value::array({1, "Bw=="})}}));
  back.set("any", *wire.find("any"));
  EXPECT_EQ(back, wire);
  EXPECT_EQ(from_value<sample::Everything>(back, Mode::strict).value(), sample::full_example());
}

TEST_F(JsonMapping, EventsOfAStreamAreMappedByTheirTopic) {
  StreamReply reply;
  reply.events.push_back({.seq = 1,
                          .topic = "sample.stored",
                          .trace = HexBytes{{0xAA}},
                          .data = to_value(sample::Stored{{{0x0F}}, 1ull << 60})});
  reply.events.push_back({.seq = 2, .topic = "sample.later", .data = Value::map({{"raw", Bytes{0x0F}}})});
  const Value json = result_to_json(document_, "sample.events.next", to_value(reply));
  const Value::Array& events = *json.find("events")->as_array();
  EXPECT_EQ(*events.at(0).find("data"), Value::map({{"id", "0x0f"}, {"amount", "1152921504606846976"}}));
  EXPECT_EQ(*events.at(0).find("trace"), Value("0xaa"));
  EXPECT_EQ(*events.at(1).find("data"), Value::map({{"raw", "Dw=="}}));
}

TEST_F(JsonMapping, AnEventCanBeMappedAlone) {
  EXPECT_EQ(event_to_json(document_, "sample.stored", Value::map({{"id", Bytes{1}}, {"amount", 5}})),
            Value::map({{"id", "0x01"}, {"amount", "5"}}));
  EXPECT_EQ(event_to_json(document_, "other.event", Value::map({{"id", Bytes{1}}})), Value::map({{"id", "AQ=="}}));
}

TEST_F(JsonMapping, ADocumentOfAnotherShapeIsHarmless) {
  for (const char* text :
       {"null", "{}", R"({"methods":5})", R"({"methods":[5,{"name":5},{"name":"a"}],"x-events":"x"})",
        R"({"methods":[{"name":"a","params":7,"result":[],"x-stream":1}]})"}) {
    const Value document = parse_json(text).value();
    (void)request_to_wire(document, "a", Value::map({{"k", "v"}}));
    EXPECT_EQ(result_to_json(document, "a", Value::map({{"k", "v"}, {"events", 5}})),
              Value::map({{"k", "v"}, {"events", 5}}));
    EXPECT_EQ(event_to_json(document, "a", 5), Value(5));
  }
}

}  // namespace
}  // namespace status::api
