#include "services/module_host/schema_check.h"

#include <algorithm>

#include "ipc/api/key_path.h"
#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::module_host {
namespace {

// The word for people of what a value of this schema is on the wire; empty: anything.
std::string_view expected(const Value& schema) {
  const Value* type = schema.find("type");
  const std::string* word = type == nullptr ? nullptr : type->as_string();
  if (word == nullptr) return {};
  if (*word == "boolean") return "a boolean";
  if (*word == "integer") return "an integer";
  if (*word == "number") return "a number";
  if (*word == "array") return "an array";
  if (*word == "object") return "a map";
  if (*word != "string") return {};
  const std::string format = schema.string_or("format", "");
  if (format == "int64" || format == "uint64") return "an integer";
  return format == "hex" || schema.string_or("contentEncoding", "") == "base64" ? "binary" : "a string";
}

bool is(const Value& value, std::string_view expected) {
  if (expected.empty()) return true;
  if (expected == "a boolean") return value.as_bool() != nullptr;
  if (expected == "an integer") return value.is_integer();
  if (expected == "a number") return value.is_integer() || value.as_double() != nullptr;
  if (expected == "an array") return value.as_array() != nullptr;
  if (expected == "a map") return value.as_map() != nullptr;
  if (expected == "binary") return value.as_bytes() != nullptr;
  return value.as_string() != nullptr;
}

class Check {
 public:
  explicit Check(api::Mode mode) : strict_(mode == api::Mode::strict) {}

  Status value(const Value& schema, const Value& value, const std::string& place) const {
    const std::string_view wanted = expected(schema);
    if (!is(value, wanted)) {
      return refuse(place, "must be " + std::string(wanted) + ", not " + std::string(value.type_name()));
    }
    if (value.as_map() != nullptr) return object(schema, value, place);
    const Value* items = schema.find("items");
    if (value.as_array() == nullptr || items == nullptr) return {};
    for (std::size_t i = 0; i < value.as_array()->size(); ++i) {
      if (Status item = this->value(*items, (*value.as_array())[i], api::item_path(place, i)); !item) return item;
    }
    return {};
  }

 private:
  Status object(const Value& schema, const Value& value, const std::string& place) const {
    const Value* declared = schema.find("properties");
    const Value::Map* properties = declared == nullptr ? nullptr : declared->as_map();
    for (const auto& [key, item] : *value.as_map()) {
      const Value* property = properties == nullptr ? nullptr : declared->find(key);
      if (property == nullptr) {
        const bool open = properties == nullptr || schema.bool_or("additionalProperties", false);
        if (strict_ && !open) return unknown(*properties, api::key_path(place, key));
      } else if (!item.is_null()) {
        if (Status good = this->value(*property, item, api::key_path(place, key)); !good) return good;
      }
    }
    const Value* required = schema.find("required");
    if (required == nullptr || required->as_array() == nullptr) return {};
    for (const Value& key : *required->as_array()) {
      const Value* item = key.as_string() == nullptr ? nullptr : value.find(*key.as_string());
      if (item == nullptr || item->is_null()) {
        return refuse(api::key_path(place, key.as_string() == nullptr ? "" : *key.as_string()), "is missing");
      }
    }
    return {};
  }

  Status unknown(const Value::Map& properties, const std::string& place) const {
    std::vector<std::string> known;
    for (const auto& [name, schema] : properties) known.push_back(name);
    const std::string near = nearest_word(place.substr(place.rfind('.') + 1), known);
    return refuse(place, "is unknown" + (near.empty() ? std::string() : ": did you mean `" + near + "`?"));
  }

  Status refuse(const std::string& place, const std::string& problem) const {
    const std::string whole = strict_ ? "params" : "the result";
    const std::string message = (place.empty() ? whole : in_quotes(place)) + " " + problem;
    Error error = strict_ ? make_error(Code::invalid_argument, "ipc.invalid_params", message)
                          : make_error(Code::internal, "ipc.invalid_result", message);
    if (!place.empty()) error.details = Value::map({{"key", place.substr(0, 256)}});
    return fail(std::move(error));
  }

  const bool strict_;
};

}  // namespace

Status check_schema(const Value& schema, const Value& value, api::Mode mode) {
  return Check(mode).value(schema, value, "");
}

}  // namespace status::module_host
