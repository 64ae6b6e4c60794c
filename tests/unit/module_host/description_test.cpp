#include "services/module_host/description.h"

#include <gmock/gmock.h>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"

namespace status::module_host {
namespace {

using testing::HasSubstr;

Value schema(const char* json) { return *parse_json(json); }

std::string why_refused(const std::string& json) {
  const auto parsed = parse_description(json, "m");
  EXPECT_FALSE(parsed) << json;
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, Code::failed_precondition);
  EXPECT_EQ(parsed.error().reason, "module_host.bad_description");
  return parsed.error().message;
}

TEST(Description, BecomesAnInterfaceUnderTheModulesName) {
  const auto parsed = parse_description(R"({"interface": "2.3", "title": "T", "methods": [
      {"name": "a", "summary": "A.", "effect": "write", "params": {"properties": {"x": {"type": "integer"}}},
       "errors": [{"code": "NOT_FOUND", "reason": "gone", "description": "It is gone."}]}],
      "events": [{"name": "e", "summary": "E."}]})",
                                        "m");
  ASSERT_TRUE(parsed) << parsed.error().message;
  const api::Interface& interface = **parsed;
  EXPECT_EQ(interface.version().text(), "2.3");
  EXPECT_EQ(interface.owner().team, "m");
  ASSERT_NE(interface.find_method("a"), nullptr);
  EXPECT_EQ(interface.find_method("a")->info.effect, api::Effect::write);
  EXPECT_EQ(interface.find_method("a")->info.errors.front().reason, "m.gone");
  ASSERT_NE(interface.find_method("events.next"), nullptr);
  EXPECT_EQ(interface.find_method("events.next")->stream->events, std::vector<std::string>{"e"});
  const Value document = api::openrpc_document(interface);
  EXPECT_EQ(to_json(*document.find("methods")->as_array()->front().find("params")),
            R"([{"name":"x","required":false,"schema":{"type":"integer"}}])");
}

TEST(Description, SaysWhatIsWrongWithIt) {
  EXPECT_THAT(why_refused("{"), HasSubstr("what the library says of itself is wrong: "));
  EXPECT_THAT(why_refused("[]"), HasSubstr("must be a JSON object"));
  for (const char* version : {"", "1", "1.", "1.x", "0.1", "1.0.0"}) {
    EXPECT_THAT(why_refused(R"({"interface": ")" + std::string(version) + R"(", "title": "T"})"),
                HasSubstr("`interface` must be a version such as \"1.0\""));
  }
  EXPECT_THAT(why_refused(R"({"interface": "1.0", "title": "T", "events": {}})"), HasSubstr("must be an array"));
  std::string many = "0";
  for (int i = 0; i < 256; ++i) many += ",0";
  EXPECT_THAT(why_refused(R"({"interface": "1.0", "title": "T", "methods": [)" + many + "]}"),
              HasSubstr("`methods` must be an array of at most 256 entries"));
  const auto with_method = [](const std::string& method) {
    return why_refused(R"({"interface": "1.0", "title": "T", "methods": [)" + method + "]}");
  };
  EXPECT_THAT(with_method(R"({"name": "a"})"), HasSubstr("method a has no summary"));
  EXPECT_THAT(with_method(R"({"name": "A", "summary": "A."})"), HasSubstr("method A has no proper name"));
  EXPECT_THAT(with_method(R"({"name": "_sys.describe", "summary": "A."})"), HasSubstr("such names are the host's"));
  EXPECT_THAT(with_method(R"({"name": "a", "summary": "A.", "effect": "none"})"), HasSubstr("`effect` must be"));
  EXPECT_THAT(with_method(R"({"name": "a", "summary": "A.", "params": {"type": "array"}})"),
              HasSubstr("method `a`: `params` must be the JSON Schema of an object"));
  EXPECT_THAT(with_method(R"({"name": "a", "summary": "A.", "errors": [{"code": "GONE", "reason": "gone"}]})"),
              HasSubstr("`GONE` is no code"));
  EXPECT_THAT(with_method(R"({"name": "events.next", "summary": "A."})"), HasSubstr("declared twice"));
}

TEST(Description, ParametersAreCheckedAndBinaryIsBase64) {
  const Value declared =
      schema(R"({"type": "object", "properties": {"data": {"type": "string", "contentEncoding": "base64"},
      "words": {"type": "array", "items": {"type": "string"}}, "n": {"type": "number"}}, "required": ["data"]})");
  const auto given = [&](const Value& params) { return params_to_json(declared, encode_msgpack(params)); };
  EXPECT_EQ(given(Value::map({{"data", Bytes{255}}, {"n", 1}})).value_or(""), R"({"data":"/w==","n":1})");
  EXPECT_EQ(given(Value::map({{"n", 1}})).error().message, "`data` is missing");
  EXPECT_EQ(given(Value::map({{"data", "text"}})).error().message, "`data` must be binary, not string");
  EXPECT_EQ(given(Value::map({{"dat", Bytes{}}})).error().message, "`dat` is unknown: did you mean `data`?");
  const Value nested = Value::map({{"data", Bytes{}}, {"words", Value::array({"a", 1})}});
  EXPECT_EQ(given(nested).error().message, "`words[1]` must be a string, not integer");
  EXPECT_EQ(given(nested).error().details.string_or("key", ""), "words[1]");
  EXPECT_EQ(given(Value(1)).error().code, Code::invalid_argument);
  EXPECT_EQ(params_to_json(declared, Bytes{0xC1}).error().code, Code::invalid_argument);
}

TEST(Description, ResultsAreReadLeniently) {
  const Value declared =
      schema(R"({"type": "object", "properties": {"id": {"type": "string", "format": "hex"}}, "required": ["id"]})");
  const auto wire = object_to_wire(declared, R"({"id": "0x0aff", "newer": [1, null]})");
  ASSERT_TRUE(wire) << wire.error().message;
  EXPECT_EQ(*decode_msgpack(*wire)->find("id")->as_bytes(), (Bytes{10, 255}));
  EXPECT_EQ(object_to_wire(declared, R"({"id": "0x0"})").error().reason, "ipc.invalid_result");
  EXPECT_EQ(object_to_wire(declared, "{}").error().message, "`id` is missing");
  for (const char* text : {"", "[]", "{\"id\":", "1"}) {
    EXPECT_EQ(object_to_wire(declared, text).error().reason, "module_host.bad_json") << text;
  }
}

}  // namespace
}  // namespace status::module_host
