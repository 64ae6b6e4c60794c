#include "ipc/api/openrpc.h"

#include <algorithm>

namespace status::api {
namespace {

bool is_required(const Value& object_schema, const std::string& name) {
  const Value* required = object_schema.find("required");
  const Value::Array* names = required == nullptr ? nullptr : required->as_array();
  return names != nullptr && std::ranges::find(*names, Value(name)) != names->end();
}

Value params_of(const Value& request) {
  Value::Array params;
  const Value* properties = request.find("properties");
  if (properties == nullptr || properties->as_map() == nullptr) return params;
  for (const auto& [name, schema] : *properties->as_map()) {
    params.push_back(Value::map({{"name", name}, {"required", is_required(request, name)}, {"schema", schema}}));
  }
  return params;
}

Value errors_of(const MethodInfo& info) {
  Value::Array errors;
  for (const ErrorInfo& error : info.errors) {
    errors.push_back(
        Value::map({{"code", status::to_word(error.code)}, {"reason", error.reason}, {"description", error.doc}}));
  }
  return errors;
}

Value stream_of(const Interface& interface, const StreamInfo& stream) {
  Value::Array topics;
  for (const std::string& event : stream.events) topics.emplace_back(interface.full_name(event));
  return Value::map({{"durable", stream.durable}, {"topics", std::move(topics)}});
}

Value method_of(const Interface& interface, const Method& method) {
  const MethodInfo& info = method.info;
  Value out = Value::map({{"name", interface.full_name(info.name)},
                          {"summary", info.summary},
                          {"paramStructure", "by-name"},
                          {"params", params_of(method.request.schema())},
                          {"result", Value::map({{"name", "result"}, {"schema", method.reply.schema()}})},
                          {"x-effect", to_word(info.effect)}});
  if (!info.errors.empty()) out.set("x-errors", errors_of(info));
  if (method.stream) out.set("x-stream", stream_of(interface, *method.stream));
  if (!info.since.empty()) out.set("x-since", info.since);
  if (info.stability != Stability::stable) out.set("x-stability", to_word(info.stability));
  if (info.stability == Stability::deprecated) out.set("deprecated", true);
  return out;
}

}  // namespace

Value openrpc_document(const Interface& interface) {
  Value::Array methods;
  for (const Method& method : interface.methods()) methods.push_back(method_of(interface, method));
  Value::Array events;
  for (const EventInfo& event : interface.events()) {
    events.push_back(Value::map(
        {{"topic", interface.full_name(event.name)}, {"summary", event.summary}, {"schema", event.data.schema()}}));
  }
  const Owner& owner = interface.owner();
  return Value::map({{"openrpc", "1.3.2"},
                     {"info", Value::map({{"title", interface.title()}, {"version", interface.version().text()}})},
                     {"x-module", interface.name()},
                     {"x-owner", Value::map({{"team", owner.team}, {"contact", owner.contact}})},
                     {"methods", std::move(methods)},
                     {"x-events", std::move(events)}});
}

}  // namespace status::api
