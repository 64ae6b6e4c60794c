#include <gtest/gtest.h>

#include "ipc/base/codec.h"
#include "services/module_host/logos/values.h"

namespace status::module_host::logos {
namespace {

TEST(LogosValues, NamesBecomeSnakeCase) {
  EXPECT_EQ(snake_case("messageReceived"), "message_received");
  EXPECT_EQ(snake_case("get_address"), "get_address");
  EXPECT_EQ(snake_case("getNodeInfo"), "get_node_info");
  EXPECT_EQ(snake_case("getMyENRNow"), "get_my_enr_now");
  EXPECT_EQ(snake_case("nodeID"), "node_id");
  EXPECT_EQ(snake_case("Start"), "start");
  EXPECT_EQ(snake_case("is_URL"), "is_url");
}

TEST(LogosValues, BinaryIsATaggedTextWhereverItIs) {
  const Value wire = Value::map({{"a", Value::array({Bytes{0xFB, 0xFF}, "text"})}, {"b", Bytes{}}, {"n", 1}});
  const Value json = to_logos(wire);
  EXPECT_EQ(to_json(json), R"({"a":[{"_bytes":"-_8"},"text"],"b":{"_bytes":""},"n":1})");
  EXPECT_EQ(from_logos(json), wire);
  EXPECT_EQ(from_logos(*parse_json(R"({"_bytes":"-_8="})")), Value(Bytes({0xFB, 0xFF}))) << "padded";
}

TEST(LogosValues, WhatIsNoSuchTextStaysAsItIs) {
  for (const char* text :
       {R"({"_bytes":"+/8"})", R"({"_bytes":"-"})", R"({"_bytes":1})", R"({"_bytes":"AA","more":1})"}) {
    const Value json = *parse_json(text);
    EXPECT_EQ(from_logos(json), json) << text;
  }
}

TEST(LogosValues, ARefusalIsThreeTextsWithAKnownCode) {
  const auto code = [](const char* json) {
    const Value value = *parse_json(json);
    const std::string* found = refusal_code(value);
    return found == nullptr ? std::string() : *found;
  };
  EXPECT_EQ(code(R"({"code":"invalid_args","message":"m","origin":"o"})"), "invalid_args");
  EXPECT_EQ(code(R"({"code":"dispatch_failed","message":"m","origin":"o"})"), "dispatch_failed");
  EXPECT_EQ(code(R"({"code":"unknown_method","message":"m","origin":"o"})"), "unknown_method");
  EXPECT_EQ(code(R"({"code":"other","message":"m","origin":"o"})"), "");
  EXPECT_EQ(code(R"({"code":"invalid_args","message":"m","origin":1})"), "");
  EXPECT_EQ(code(R"({"code":"invalid_args","message":"m"})"), "");
  EXPECT_EQ(code(R"({"code":"invalid_args","message":"m","origin":"o","more":""})"), "");
  EXPECT_EQ(code(R"("invalid_args")"), "");
}

}  // namespace
}  // namespace status::module_host::logos
