#include "services/module_host/description.h"

#include <charconv>
#include <stdexcept>

#include "ipc/api/json_mapping.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"
#include "services/module_host/schema_check.h"

namespace status::module_host {
namespace {

// Each method is a label of metrics, and all of them are looked through by name.
constexpr std::size_t kMostEntries = 256;

// As Interface itself does; caught where the parsing begins.
[[noreturn]] void refuse(const std::string& what) { throw std::logic_error(what); }

api::Version version_of(const std::string& text) {
  api::Version version{0, 0};
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec == std::errc() && major.ptr != end && *major.ptr == '.') {
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec == std::errc() && minor.ptr == end && version.major > 0) return version;
  }
  refuse("`interface` must be a version such as \"1.0\"");
}

const Value::Array& list(const Value& in, std::string_view key) {
  static const Value::Array kNone;
  const Value* found = in.find(key);
  if (found == nullptr) return kNone;
  if (found->as_array() == nullptr || found->as_array()->size() > kMostEntries) {
    refuse("`" + std::string(key) + "` must be an array of at most " + std::to_string(kMostEntries) + " entries");
  }
  return *found->as_array();
}

void check_object_schema(const Value& schema, const std::string& place) {
  const Value* properties = schema.find("properties");
  if (schema.as_map() == nullptr || schema.string_or("type", "object") != "object" ||
      (properties != nullptr && properties->as_map() == nullptr)) {
    refuse(place + " must be the JSON Schema of an object");
  }
  if (properties == nullptr) return;
  for (const auto& [name, property] : *properties->as_map()) {
    if (property.as_map() == nullptr) refuse(place + ": `" + name + "` must be a JSON Schema");
  }
}

api::Shape shape_of(const Value& in, std::string_view key, const std::string& place) {
  const Value* schema = in.find(key);
  Value out = schema == nullptr ? Value(Value::Map{}) : *schema;
  check_object_schema(out, place + ": `" + std::string(key) + "`");
  if (out.find("type") == nullptr) out.set("type", "object");
  return api::Shape(std::move(out));
}

api::MethodInfo info_of(const Value& method, const std::string& module) {
  api::MethodInfo info{.name = method.string_or("name", ""), .summary = method.string_or("summary", "")};
  if (info.name.starts_with("_sys")) refuse("method `" + info.name + "`: such names are the host's");
  const std::string effect = method.string_or("effect", "read");
  if (effect == "write") info.effect = api::Effect::write;
  if (effect != "write" && effect != "read") refuse("method `" + info.name + "`: `effect` must be `read` or `write`");
  for (const Value& error : list(method, "errors")) {
    const std::optional<Code> code = code_from_word(error.string_or("code", ""));
    if (!code) refuse("method `" + info.name + "`: " + in_quotes(error.string_or("code", "")) + " is no code");
    info.errors.push_back({*code, module + "." + error.string_or("reason", ""), error.string_or("description", "")});
  }
  return info;
}

std::unique_ptr<const api::Interface> build(const Value& said, const std::string& module) {
  if (said.as_map() == nullptr) refuse("it must be a JSON object");
  const Value* owner = said.find("owner");
  auto interface = std::make_unique<api::Interface>(
      module, version_of(said.string_or("interface", "")), said.string_or("title", ""),
      owner == nullptr ? api::Owner{module, ""}
                       : api::Owner{owner->string_or("team", module), owner->string_or("contact", "")});
  for (const Value& method : list(said, "methods")) {
    api::MethodInfo info = info_of(method, module);
    const std::string place = "method `" + info.name + "`";
    interface->method(std::move(info), shape_of(method, "params", place), shape_of(method, "result", place));
  }
  for (const Value& event : list(said, "events")) {
    const std::string name = event.string_or("name", "");
    interface->event(name, event.string_or("summary", ""), shape_of(event, "data", "event `" + name + "`"));
  }
  interface->stream("events", "The module's events.");
  return interface;
}

}  // namespace

Result<std::unique_ptr<const api::Interface>> parse_description(std::string_view json, const std::string& module) {
  const Result<Value> said = parse_json(json);
  try {
    if (!said) refuse(said.error().message);
    return build(*said, module);
  } catch (const std::logic_error& wrong) {
    return fail(Code::failed_precondition, "module_host.bad_description",
                std::string("what the library says of itself is wrong: ") + wrong.what());
  }
}

Result<std::string> params_to_json(const Value& schema, ByteView msgpack) {
  const Result<Value> params = decode_msgpack(msgpack);
  if (!params) return fail(params.error());
  if (Status good = check_schema(schema, *params, api::Mode::strict); !good) return fail(good.error());
  return to_json(api::to_json_form(schema, *params));
}

Result<Bytes> object_to_wire(const Value& schema, std::string_view json) {
  const Result<Value> said = parse_json(json);
  if (!said || said->as_map() == nullptr) {
    return fail(Code::internal, "module_host.bad_json",
                "the library gave no JSON object" + (said ? std::string() : ": " + said.error().message));
  }
  const Result<Value> wire = api::to_wire_form(schema, *said, "");
  if (!wire) return fail(Code::internal, "ipc.invalid_result", wire.error().message);
  if (Status good = check_schema(schema, *wire, api::Mode::lenient); !good) return fail(good.error());
  return encode_msgpack(*wire);
}

}  // namespace status::module_host
