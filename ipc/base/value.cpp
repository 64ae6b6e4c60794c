#include "ipc/base/value.h"

#include <limits>

namespace status {

std::optional<std::int64_t> Value::as_int64() const {
  if (const auto* value = std::get_if<std::int64_t>(&data_)) return *value;
  const auto* value = std::get_if<std::uint64_t>(&data_);
  if (value == nullptr || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*value);
}

std::optional<std::uint64_t> Value::as_uint64() const {
  if (const auto* value = std::get_if<std::uint64_t>(&data_)) return *value;
  const auto* value = std::get_if<std::int64_t>(&data_);
  if (value == nullptr || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

const Value* Value::find(std::string_view key) const {
  if (const Map* entries = as_map()) {
    for (const auto& [name, value] : *entries) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(static_cast<const Value*>(this)->find(key)); }

Value& Value::set(std::string_view key, Value value) {
  if (is_null()) data_ = Map{};
  if (Value* existing = find(key)) return *existing = std::move(value);
  return as_map()->emplace_back(std::string(key), std::move(value)).second;
}

std::string Value::string_or(std::string_view key, std::string_view fallback) const {
  const Value* value = find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string(fallback) : *text;
}

std::int64_t Value::int_or(std::string_view key, std::int64_t fallback) const {
  const Value* value = find(key);
  return value == nullptr ? fallback : value->as_int64().value_or(fallback);
}

std::uint64_t Value::uint_or(std::string_view key, std::uint64_t fallback) const {
  const Value* value = find(key);
  return value == nullptr ? fallback : value->as_uint64().value_or(fallback);
}

bool Value::bool_or(std::string_view key, bool fallback) const {
  const Value* value = find(key);
  const bool* flag = value == nullptr ? nullptr : value->as_bool();
  return flag == nullptr ? fallback : *flag;
}

double Value::double_or(std::string_view key, double fallback) const {
  const Value* value = find(key);
  if (value == nullptr) return fallback;
  if (const double* number = value->as_double()) return *number;
  const auto integer = value->as_int64();
  return integer ? static_cast<double>(*integer) : fallback;
}

std::string_view Value::type_name() const {
  constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "integer", "number",
                                         "string", "binary",  "array",   "map"};
  return kNames[data_.index()];
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_integer() && b.is_integer()) {
    return a.as_int64() == b.as_int64() && a.as_uint64() == b.as_uint64();
  }
  return a.data_ == b.data_;
}

}  // namespace status
