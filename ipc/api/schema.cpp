#include "ipc/api/schema.h"

#include <stdexcept>

#include "ipc/api/json_mapping.h"

namespace status::api {
namespace {

// Structs that contain themselves would never end; nothing on this wire needs them.
constexpr int kMaxDepth = 16;

Value object_schema_at(const Table& table, int depth);

void add_integer(const FieldInfo& field, Kind kind, Value& schema) {
  if (field.big) {
    schema.set("type", "string");
    schema.set("format", kind == Kind::int64 ? "int64" : "uint64");
    return;
  }
  schema.set("type", "integer");
  const bool wide = kind == Kind::int64 || kind == Kind::uint64;
  // The ends of 64 bits say nothing to a reader, and many JSON programs cannot hold them.
  const bool declared = field.has_integer_range || !wide;
  if (declared || kind == Kind::uint64) schema.set("minimum", field.integers.min);
  if (declared) schema.set("maximum", field.integers.max);
}

void add_byte_length(const FieldInfo& field, Value& schema) {
  if (!field.length) return;
  schema.set("x-min-bytes", std::uint64_t{field.length->min});
  schema.set("x-max-bytes", std::uint64_t{field.length->max});
}

void add_string(const FieldInfo& field, Value& schema) {
  schema.set("type", "string");
  if (field.code_points) {
    schema.set("minLength", std::uint64_t{field.code_points->min});
    schema.set("maxLength", std::uint64_t{field.code_points->max});
  }
  add_byte_length(field, schema);
  if (field.words.empty()) return;
  Value::Array words;
  for (const std::string& word : field.words) words.emplace_back(word);
  schema.set("enum", std::move(words));
}

void add_type(const FieldInfo& field, const TypeInfo& type, int depth, Value& schema) {
  switch (type.kind) {
    case Kind::boolean:
      schema.set("type", "boolean");
      break;
    case Kind::int32:
    case Kind::int64:
    case Kind::uint32:
    case Kind::uint64:
      add_integer(field, type.kind, schema);
      break;
    case Kind::number:
      schema.set("type", "number");
      if (field.numbers) schema.set("minimum", field.numbers->min);
      if (field.numbers) schema.set("maximum", field.numbers->max);
      break;
    case Kind::string:
      add_string(field, schema);
      break;
    case Kind::bytes:
      schema.set("type", "string");
      schema.set("contentEncoding", "base64");
      add_byte_length(field, schema);
      break;
    case Kind::hex:
      schema.set("type", "string");
      schema.set("format", "hex");
      add_byte_length(field, schema);
      break;
    case Kind::any:
      break;
    case Kind::list: {
      schema.set("type", "array");
      schema.set("maxItems", std::uint64_t{field.max_items});
      Value items(Value::Map{});
      add_type(field, *type.item, depth, items);
      schema.set("items", std::move(items));
      break;
    }
    case Kind::optional:
      add_type(field, *type.item, depth, schema);
      break;
    case Kind::object:
      schema = object_schema_at(type.table(), depth + 1);
      break;
  }
}

Value field_schema_at(const Table& table, const FieldInfo& field, int depth) {
  Value schema(Value::Map{});
  add_type(field, *field.type, depth, schema);
  Value out = Value::map({{"description", field.doc}});
  for (auto& [key, value] : *schema.as_map()) out.set(key, std::move(value));
  if (field.may_be_absent && field.type->kind != Kind::optional) {
    const Value defaults = table.defaults();
    if (const Value* value = defaults.find(field.name)) out.set("default", to_json_form(out, *value));
  }
  return out;
}

Value object_schema_at(const Table& table, int depth) {
  if (depth > kMaxDepth) throw std::logic_error("a described struct contains itself");
  Value properties(Value::Map{});
  Value::Array required;
  for (const FieldInfo& field : table.fields()) {
    properties.set(field.name, field_schema_at(table, field, depth));
    if (field.required()) required.emplace_back(field.name);
  }
  Value out = Value::map({{"type", "object"}, {"properties", std::move(properties)}});
  if (!required.empty()) out.set("required", std::move(required));
  return out;
}

}  // namespace

Value object_schema(const Table& table) { return object_schema_at(table, 0); }
Value field_schema(const Table& table, const FieldInfo& field) { return field_schema_at(table, field, 0); }

}  // namespace status::api
