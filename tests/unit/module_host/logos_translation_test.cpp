#include <gmock/gmock.h>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"
#include "services/module_host/logos/translation.h"

namespace status::module_host::logos {
namespace {

using testing::HasSubstr;

class LogosTranslation : public testing::Test {
 protected:
  LogosTranslation() : document_(api::openrpc_document(*module_.declared)) {}

  std::string arguments(std::size_t method, const Value& params) {
    const auto made = arguments_of(module_.methods[method], encode_msgpack(params));
    return made ? *made : made.error().message;
  }
  Result<Value> result(std::size_t method, const char* json) { return read_result(module_.methods[method], json, "m"); }
  std::string event(const char* json) {
    const auto read = read_event(module_.events[0], json);
    return read ? to_json(*read) : read.error().reason;
  }
  Result<ForeignCall> made(const char* method, const char* args) { return make_call(document_, "m", method, args); }

  const LogosInterface module_ = std::move(*read_methods(
      R"([{"name":"sendIt","returnType":"LogosResult","parameters":[{"name":"to","type":"QString"},
            {"name":"data","type":"QByteArray"},{"name":"more","type":"QVariant"}]},
          {"name":"count","returnType":"int"}, {"name":"stop","returnType":"void"},
          {"type":"event","name":"itCame","parameters":[{"name":"from","type":"QString"},{"name":"n","type":"int"}]}])",
      "m", ""));
  const Value document_;
};

TEST_F(LogosTranslation, ParametersBecomeArgumentsInTheirOrder) {
  EXPECT_EQ(arguments(0, Value::map({{"data", Bytes{255}}, {"to", "a \"b\""}})), R"(["a \"b\"",{"_bytes":"_w"},null])");
  EXPECT_EQ(arguments(1, Value::Map{}), "[]");
  EXPECT_EQ(arguments(0, Value::map({{"to", "a"}})), "`data` is missing");
  EXPECT_EQ(arguments(0, Value::map({{"to", 1}, {"data", Bytes{}}})), "`to` must be a string, not integer");
  EXPECT_EQ(arguments(1, Value::map({{"x", 1}})), "`x` is unknown");
}

TEST_F(LogosTranslation, ResultsAreWhatTheyDeclareOrErrorsOfTheModule) {
  EXPECT_EQ(to_json(*result(1, "12")), R"({"result":12})");
  EXPECT_EQ(to_json(*result(1, "null")), "{}") << "nothing to say";
  EXPECT_EQ(to_json(*result(2, "true")), "{}") << "void";
  EXPECT_EQ(*result(0, R"({"success":true,"value":{"_bytes":"_w"},"error":null})")->find("result")->as_bytes(),
            Bytes{255});
  EXPECT_EQ(to_json(*result(0, R"({"success":true})")), "{}");
  const auto refused = result(0, R"({"success":false,"value":null,"error":"no such conversation"})");
  EXPECT_EQ(refused.error().describe(), "FAILED_PRECONDITION m.refused: no such conversation");
  EXPECT_EQ(result(0, R"({"success":false,"error":{"a":1}})").error().message, R"({"a":1})");
  const auto wrong = [&](const char* code) {
    return result(1, (R"({"code":")" + std::string(code) + R"(","message":"no","origin":"m"})").c_str()).error();
  };
  EXPECT_EQ(wrong("invalid_args").describe(), "INVALID_ARGUMENT m.invalid_args: no");
  EXPECT_EQ(wrong("dispatch_failed").describe(), "INVALID_ARGUMENT m.dispatch_failed: no");
  EXPECT_EQ(wrong("unknown_method").describe(), "UNIMPLEMENTED m.unknown_method: no");
  EXPECT_EQ(result(1, "\"12\"").error().reason, "ipc.invalid_result");
  EXPECT_EQ(result(0, "{}").error().reason, "ipc.invalid_result");
  EXPECT_EQ(result(1, "12,").error().reason, "module_host.bad_json");
}

TEST_F(LogosTranslation, EventsAreMapsOfTheirParameters) {
  EXPECT_EQ(event(R"(["a",1])"), R"({"from":"a","n":1})");
  EXPECT_EQ(event(R"(["a"])"), R"({"from":"a"})") << "an older one";
  EXPECT_EQ(event(R"(["a",1,2])"), "ipc.invalid_result");
  EXPECT_EQ(event(R"([1,1])"), "ipc.invalid_result");
  EXPECT_EQ(event(R"({"from":"a"})"), "ipc.invalid_result");
  EXPECT_EQ(event("["), "module_host.bad_json");
}

TEST_F(LogosTranslation, WhoCallsIsAModuleOrAnOperator) {
  EXPECT_EQ(caller_document("chat"), R"({"kind":"module","name":"chat"})");
  EXPECT_EQ(caller_document("gateway/desktop"), R"({"kind":"operator","name":"desktop"})");
  EXPECT_EQ(caller_document("gateway"), R"({"kind":"operator","name":"local"})");
}

TEST_F(LogosTranslation, ArgumentsBecomeParametersByTheDocumentOfTheModuleThatIsCalled) {
  const auto call = made("sendIt", R"(["a",{"_bytes":"_w"}])");
  ASSERT_TRUE(call) << call.error().describe();
  EXPECT_EQ(call->method, "m.send_it");
  EXPECT_TRUE(call->outcome);
  EXPECT_EQ(*decode_msgpack(call->params), Value::map({{"to", "a"}, {"data", Bytes{255}}}));
  EXPECT_EQ(*decode_msgpack(made("send_it", R"([null,"ab"])")->params), Value::map({{"data", Bytes{'a', 'b'}}}))
      << "a text is its bytes";
  EXPECT_EQ(made("gone", "[]").error().describe(), "UNIMPLEMENTED ipc.unknown_method: m has no method `gone`");
  EXPECT_THAT(made("count", "[1]").error().message, HasSubstr("takes 0 arguments, got 1"));
  EXPECT_EQ(made("count", "{}").error().code, Code::invalid_argument);
  EXPECT_EQ(made("count", "[").error().code, Code::invalid_argument);
}

TEST_F(LogosTranslation, WhatComesBackIsWhatALogosModuleWouldHaveGiven) {
  const ForeignCall send = *made("sendIt", "[]");
  const ForeignCall count = *made("count", "[]");
  EXPECT_EQ(result_text(count, Value::map({{"result", 3}})), "3");
  EXPECT_EQ(result_text(count, Value::Map{}), "null");
  EXPECT_EQ(result_text(count, Value::map({{"id", Bytes{255}}, {"n", 1}})), R"({"id":{"_bytes":"_w"},"n":1})");
  EXPECT_EQ(result_text(send, Value::map({{"result", 3}})), R"({"success":true,"value":3,"error":null})");
  const Error refused = make_error(Code::failed_precondition, "m.refused", "no");
  EXPECT_EQ(refused_text(send, refused, "m"), R"({"success":false,"value":null,"error":"no"})");
  EXPECT_EQ(refused_text(count, refused, "m"), "");
  EXPECT_EQ(refused_text(send, make_error(Code::internal, "m.other", "no"), "m"), "");
}

TEST_F(LogosTranslation, ErrorsHaveTheWordsThatLogosModulesKnow) {
  const auto word = [](Code code, const char* reason) {
    return parse_json(error_text(make_error(code, reason, "why"), "m"))->string_or("code", "");
  };
  EXPECT_EQ(error_text(make_error(Code::unavailable, "ipc.not_connected", "why"), "m"),
            R"({"code":"object_unavailable","message":"ipc.not_connected: why","origin":"m"})");
  EXPECT_EQ(word(Code::unavailable, "ipc.connection_lost"), "transport_error");
  EXPECT_EQ(word(Code::deadline_exceeded, "ipc.deadline"), "timeout");
  EXPECT_EQ(word(Code::failed_precondition, "host.not_required"), "unauthorized");
  EXPECT_EQ(word(Code::permission_denied, "ipc.denied"), "unauthorized");
  EXPECT_EQ(word(Code::unimplemented, "ipc.unknown_method"), "unknown_method");
  EXPECT_EQ(word(Code::invalid_argument, "ipc.invalid_params"), "invalid_args");
  EXPECT_EQ(word(Code::internal, "m.failed"), "call_failed");
}

TEST_F(LogosTranslation, EventsOfOthersAreArraysInTheOrderThatIsDeclared) {
  const Value data = Value::map({{"n", 1}, {"newer", 2}, {"from", "a"}});
  EXPECT_EQ(event_text(document_, "m.it_came", data), R"(["a",1])");
  EXPECT_EQ(event_text(document_, "m.it_came", Value::map({{"n", 1}})), "[null,1]");
  EXPECT_EQ(event_text(document_, "m.undeclared", data), R"([1,2,"a"])");
  EXPECT_EQ(event_text(Value(), "m.it_came", Value()), "[]");
}

}  // namespace
}  // namespace status::module_host::logos
