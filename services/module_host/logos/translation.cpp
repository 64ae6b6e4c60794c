#include "services/module_host/logos/translation.h"

#include <algorithm>

#include "ipc/api/convert.h"
#include "ipc/base/codec.h"
#include "services/module_host/library_text.h"
#include "services/module_host/logos/values.h"
#include "services/module_host/schema_check.h"

namespace status::module_host::logos {
namespace {

Result<Value> parse_foreign(std::string_view json) {
  Result<Value> said = parse_json(json);
  if (said) return said;
  return fail(Code::internal, "module_host.bad_json", "the library gave no JSON: " + said.error().message);
}

std::string text_of(const Value* value) {
  if (value == nullptr || value->is_null()) return "it says no more";
  const std::string* text = value->as_string();
  return printable(text == nullptr ? to_json(*value) : *text);
}

Error refusal(const Value& said, const std::string& code, const std::string& module) {
  return make_error(code == "unknown_method" ? Code::unimplemented : Code::invalid_argument, module + "." + code,
                    text_of(said.find("message")));
}

// What is in {"success", "value", "error"}.
Result<Value> open_outcome(const Value& said, const std::string& module) {
  const Value* success = said.find("success");
  if (success == nullptr || success->as_bool() == nullptr) {
    return fail(Code::internal, "ipc.invalid_result", "the result has no `success`");
  }
  const Value* value = said.find("value");
  if (*success->as_bool()) return value == nullptr ? Value() : *value;
  return fail(Code::failed_precondition, module + ".refused", text_of(said.find("error")));
}

}  // namespace

Result<std::string> arguments_of(const LogosMethod& method, ByteView params) {
  const Result<Value> given = decode_msgpack(params);
  if (!given) return fail(given.error());
  if (Status good = check_schema(method.params, *given, api::Mode::strict); !good) return fail(good.error());
  Value::Array arguments;
  for (const std::string& name : method.parameters) {
    const Value* value = given->find(name);
    arguments.push_back(value == nullptr ? Value() : to_logos(*value));
  }
  return to_json(arguments);
}

std::string caller_document(const std::string& principal) {
  constexpr std::string_view kGateway = "gateway";
  if (!principal.starts_with(kGateway)) return to_json(Value::map({{"kind", "module"}, {"name", principal}}));
  const std::string front = principal.size() > kGateway.size() ? principal.substr(kGateway.size() + 1) : "local";
  return to_json(Value::map({{"kind", "operator"}, {"name", front}}));
}

Result<Value> read_result(const LogosMethod& method, std::string_view json, const std::string& module) {
  const Result<Value> said = parse_foreign(json);
  if (!said) return fail(said.error());
  if (const std::string* code = refusal_code(*said)) return fail(refusal(*said, *code, module));
  const Result<Value> value = method.outcome ? open_outcome(*said, module) : *said;
  if (!value) return fail(value.error());
  Value result = Value::Map{};
  const Value* declared = method.result.find("properties");
  if (!value->is_null() && declared->find("result") != nullptr) result.set("result", from_logos(*value));
  if (Status good = check_schema(method.result, result, api::Mode::lenient); !good) return fail(good.error());
  return result;
}

Result<Value> read_event(const LogosEvent& event, std::string_view json) {
  const Result<Value> said = parse_foreign(json);
  if (!said) return fail(said.error());
  const Value::Array* items = said->as_array();
  if (items == nullptr || items->size() > event.parameters.size()) {
    return fail(Code::internal, "ipc.invalid_result", "the event is no array of what it declares");
  }
  Value data = Value::Map{};
  for (std::size_t i = 0; i < items->size(); ++i) data.set(event.parameters[i], from_logos((*items)[i]));
  if (Status good = check_schema(event.data, data, api::Mode::lenient); !good) return fail(good.error());
  return data;
}

}  // namespace status::module_host::logos
