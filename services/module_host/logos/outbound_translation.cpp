#include <algorithm>

#include "ipc/api/json_mapping.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"
#include "services/module_host/logos/translation.h"
#include "services/module_host/logos/values.h"

namespace status::module_host::logos {
namespace {

constexpr std::string_view kRefused = ".refused";

Error wrong(const std::string& message) { return make_error(Code::invalid_argument, "ipc.invalid_params", message); }

// One argument as the wire has it. A text where bytes are wanted is those of the text.
Result<Value> argument(const Value& schema, const Value& given, const std::string& name) {
  Value value = from_logos(given);
  if (value.as_string() != nullptr && schema.string_or("contentEncoding", "") == "base64") {
    return to_bytes(as_bytes(*value.as_string()));
  }
  return api::to_wire_form(schema, value, name);
}

const Value* result_schema(const Value& method) {
  const Value* result = method.find("result");
  const Value* schema = result == nullptr ? nullptr : result->find("schema");
  return schema == nullptr ? nullptr : schema->find("properties");
}

// The words that Logos modules know (logos_call_error.h and what dispatch answers).
std::string word_of(const Error& error) {
  switch (error.code) {
    case Code::unavailable:
      return error.reason == "ipc.connection_lost" ? "transport_error" : "object_unavailable";
    case Code::deadline_exceeded:
      return "timeout";
    case Code::unauthenticated:
    case Code::permission_denied:
      return "unauthorized";
    case Code::unimplemented:
      return "unknown_method";
    case Code::invalid_argument:
      return "invalid_args";
    default:
      return error.reason == "host.not_required" ? "unauthorized" : "call_failed";
  }
}

const Value* schema_of_event(const Value& document, const std::string& topic) {
  const Value* events = document.find("x-events");
  if (events == nullptr || events->as_array() == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      *events->as_array(), [&topic](const Value& event) { return event.string_or("topic", "") == topic; });
  const Value* schema = found == events->as_array()->end() ? nullptr : found->find("schema");
  return schema == nullptr ? nullptr : schema->find("properties");
}

}  // namespace

Result<ForeignCall> make_call(const Value& document, const std::string& target, const std::string& method,
                              std::string_view arguments) {
  const std::string name = target + "." + snake_case(method);
  const Value* const declared = api::find_method(document, name);
  const Value* const listed = declared == nullptr ? nullptr : declared->find("params");
  if (listed == nullptr || listed->as_array() == nullptr) {
    return fail(Code::unimplemented, "ipc.unknown_method", target + " has no method " + in_quotes(method));
  }
  const Result<Value> given = parse_json(arguments);
  if (!given || given->as_array() == nullptr) return fail(wrong("the arguments must be a JSON array"));
  const Value::Array& parameters = *listed->as_array();
  if (given->as_array()->size() > parameters.size()) {
    return fail(wrong(name + " takes " + std::to_string(parameters.size()) + " arguments, got " +
                      std::to_string(given->as_array()->size())));
  }
  Value params = Value::Map{};
  for (std::size_t i = 0; i < given->as_array()->size(); ++i) {
    const Value& item = (*given->as_array())[i];
    if (item.is_null()) continue;
    const Value* schema = parameters[i].find("schema");
    const std::string parameter = parameters[i].string_or("name", "");
    Result<Value> value = argument(schema == nullptr ? Value() : *schema, item, parameter);
    if (!value) return fail(std::move(value.error()));
    params.set(parameter, std::move(*value));
  }
  const Value* properties = result_schema(*declared);
  const Value* result = properties == nullptr ? nullptr : properties->find("result");
  return ForeignCall{.method = name,
                     .params = encode_msgpack(params),
                     .outcome = result != nullptr && result->bool_or(kOutcomeWord, false)};
}

std::string result_text(const ForeignCall& call, const Value& result) {
  const Value::Map* entries = result.as_map();
  Value value = result;
  if (entries != nullptr && entries->empty()) value = Value();
  if (entries != nullptr && entries->size() == 1 && entries->front().first == "result") value = entries->front().second;
  value = to_logos(value);
  if (!call.outcome) return to_json(value);
  return to_json(Value::map({{"success", true}, {"value", std::move(value)}, {"error", nullptr}}));
}

std::string error_text(const Error& error, const std::string& target) {
  const std::string message = error.reason.empty() ? error.message : error.reason + ": " + error.message;
  return to_json(Value::map({{"code", word_of(error)}, {"message", message}, {"origin", target}}));
}

std::string refused_text(const ForeignCall& call, const Error& error, const std::string& target) {
  if (!call.outcome || error.reason != target + std::string(kRefused)) return {};
  return to_json(Value::map({{"success", false}, {"value", nullptr}, {"error", error.message}}));
}

std::string event_text(const Value& document, const std::string& topic, const Value& data) {
  Value::Array items;
  const Value* properties = schema_of_event(document, topic);
  const Value::Map* named = properties == nullptr ? data.as_map() : properties->as_map();
  for (const auto& [name, ignored] : named == nullptr ? Value::Map() : *named) {
    const Value* value = data.find(name);
    items.push_back(value == nullptr ? Value() : to_logos(*value));
  }
  return to_json(items);
}

}  // namespace status::module_host::logos
