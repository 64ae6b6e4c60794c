#include "ipc/api/json_mapping.h"

#include <charconv>

#include "ipc/api/key_path.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::api {
namespace {

enum class Text { plain, base64, hex, int64, uint64 };

// What a string of this schema stands for.
Text text_form(const Value& schema) {
  if (schema.string_or("contentEncoding", "") == "base64") return Text::base64;
  const std::string format = schema.string_or("format", "");
  if (format == "hex") return Text::hex;
  if (format == "int64") return Text::int64;
  if (format == "uint64") return Text::uint64;
  return Text::plain;
}

tl::unexpected<Error> broken(const std::string& place, std::string_view problem) {
  Error error = make_error(Code::invalid_argument, "ipc.invalid_params", in_quotes(place) + " " + std::string(problem));
  error.details = Value::map({{"key", place}});
  return fail(std::move(error));
}

template <class Integer>
Result<Value> parse_integer(const std::string& text, const std::string& place) {
  Integer value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) {
    return broken(place, "must be a 64-bit integer in decimal digits, not " + in_quotes(text));
  }
  return Value(value);
}

Result<Value> text_to_wire(const Value& schema, const std::string& text, const std::string& place) {
  switch (text_form(schema)) {
    case Text::base64: {
      std::optional<Bytes> bytes = from_base64(text);
      if (!bytes) return broken(place, "must be padded base64");
      return Value(std::move(*bytes));
    }
    case Text::hex: {
      std::optional<Bytes> bytes = text.starts_with("0x") ? from_hex(text) : std::nullopt;
      if (!bytes) return broken(place, "must be `0x` and an even number of hex digits");
      return Value(std::move(*bytes));
    }
    case Text::int64:
      return parse_integer<std::int64_t>(text, place);
    case Text::uint64:
      return parse_integer<std::uint64_t>(text, place);
    case Text::plain:
      break;
  }
  return Value(text);
}

const Value* property(const Value& schema, std::string_view key) {
  const Value* properties = schema.find("properties");
  return properties == nullptr ? nullptr : properties->find(key);
}

// The parameters of a method as the schema of one object.
Value params_schema(const Value& method) {
  Value properties(Value::Map{});
  const Value* params = method.find("params");
  if (params != nullptr && params->as_array() != nullptr) {
    for (const Value& param : *params->as_array()) {
      const Value* schema = param.find("schema");
      if (schema != nullptr) properties.set(param.string_or("name", ""), *schema);
    }
  }
  return Value::map({{"properties", std::move(properties)}});
}

std::vector<std::string> method_names(const Value& document) {
  std::vector<std::string> names;
  const Value* methods = document.find("methods");
  if (methods == nullptr || methods->as_array() == nullptr) return names;
  for (const Value& method : *methods->as_array()) names.push_back(method.string_or("name", ""));
  return names;
}

const Value* find_by(const Value& document, std::string_view list, std::string_view key, std::string_view word) {
  const Value* entries = document.find(list);
  if (entries == nullptr || entries->as_array() == nullptr) return nullptr;
  for (const Value& entry : *entries->as_array()) {
    const Value* name = entry.find(key);
    if (name != nullptr && name->as_string() != nullptr && *name->as_string() == word) return &entry;
  }
  return nullptr;
}

}  // namespace

const Value* find_method(const Value& document, std::string_view method) {
  return find_by(document, "methods", "name", method);
}

Result<Value> to_wire_form(const Value& schema, const Value& json, const std::string& place) {
  if (const std::string* text = json.as_string()) return text_to_wire(schema, *text, place);
  if (const Value::Array* items = json.as_array()) {
    const Value* item_schema = schema.find("items");
    if (item_schema == nullptr) return json;
    Value::Array out;
    for (const Value& item : *items) {
      Result<Value> mapped = to_wire_form(*item_schema, item, item_path(place, out.size()));
      if (!mapped) return mapped;
      out.push_back(std::move(*mapped));
    }
    return Value(std::move(out));
  }
  const Value::Map* entries = json.as_map();
  if (entries == nullptr) return json;
  Value::Map out;
  for (const auto& [key, item] : *entries) {
    const Value* item_schema = property(schema, key);
    if (item_schema == nullptr) {
      out.emplace_back(key, item);
      continue;
    }
    Result<Value> mapped = to_wire_form(*item_schema, item, key_path(place, key));
    if (!mapped) return mapped;
    out.emplace_back(key, std::move(*mapped));
  }
  return Value(std::move(out));
}

Value to_json_form(const Value& schema, const Value& wire) {
  if (const Bytes* bytes = wire.as_bytes()) {
    return text_form(schema) == Text::hex ? "0x" + to_hex(*bytes) : to_base64(*bytes);
  }
  if (wire.is_integer()) {
    const Text form = text_form(schema);
    if (form != Text::int64 && form != Text::uint64) return wire;
    return wire.as_int64() ? std::to_string(*wire.as_int64()) : std::to_string(*wire.as_uint64());
  }
  static const Value kNothing;
  if (const Value::Array* items = wire.as_array()) {
    const Value* item_schema = schema.find("items");
    Value::Array out;
    for (const Value& item : *items)
      out.push_back(to_json_form(item_schema == nullptr ? kNothing : *item_schema, item));
    return out;
  }
  const Value::Map* entries = wire.as_map();
  if (entries == nullptr) return wire;
  Value::Map out;
  for (const auto& [key, item] : *entries) {
    const Value* item_schema = property(schema, key);
    out.emplace_back(key, to_json_form(item_schema == nullptr ? kNothing : *item_schema, item));
  }
  return out;
}

Result<Value> request_to_wire(const Value& document, std::string_view method, const Value& params) {
  const Value* found = find_method(document, method);
  if (found != nullptr) return to_wire_form(params_schema(*found), params, "");
  const std::string near = nearest_word(method, method_names(document));
  return fail(Code::unimplemented, "ipc.unknown_method",
              "there is no method " + in_quotes(method) + (near.empty() ? "" : ": did you mean `" + near + "`?"));
}

Value event_to_json(const Value& document, std::string_view topic, const Value& data) {
  const Value* event = find_by(document, "x-events", "topic", topic);
  const Value* schema = event == nullptr ? nullptr : event->find("schema");
  return to_json_form(schema == nullptr ? Value() : *schema, data);
}

Value result_to_json(const Value& document, std::string_view method, const Value& result) {
  const Value* found = find_method(document, method);
  const Value* declared = found == nullptr ? nullptr : found->find("result");
  const Value* schema = declared == nullptr ? nullptr : declared->find("schema");
  Value out = to_json_form(schema == nullptr ? Value() : *schema, result);
  if (found == nullptr || found->find("x-stream") == nullptr) return out;
  Value* mapped = out.find("events");
  const Value* events = result.find("events");
  if (mapped == nullptr || mapped->as_array() == nullptr || events == nullptr) return out;
  for (std::size_t i = 0; i < mapped->as_array()->size(); ++i) {
    const Value& event = (*events->as_array())[i];
    const Value* data = event.find("data");
    if (data == nullptr) continue;
    (*mapped->as_array())[i].set("data", event_to_json(document, event.string_or("topic", ""), *data));
  }
  return out;
}

}  // namespace status::api
