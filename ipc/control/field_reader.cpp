#include "ipc/control/field_reader.h"

#include <limits>
#include <type_traits>

namespace status::ipc::control {
namespace {

template <class T>
std::optional<T> as(const Value& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    const std::string* text = value.as_string();
    return text == nullptr ? std::nullopt : std::optional(*text);
  } else if constexpr (std::is_same_v<T, bool>) {
    const bool* flag = value.as_bool();
    return flag == nullptr ? std::nullopt : std::optional(*flag);
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return value.as_uint64();
  } else {
    return value.as_int64();
  }
}

template <class T>
constexpr std::string_view word_of() {
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "an integer that is not negative";
  return "an integer";
}

}  // namespace

template <class T>
T FieldReader::take(std::string_view key, bool required, T fallback) {
  const Value* value = object_.find(key);
  if (value == nullptr || value->is_null()) {
    if (required) wrong(key, word_of<T>());
    return fallback;
  }
  if (auto got = as<T>(*value)) return std::move(*got);
  wrong(key, word_of<T>());
  return fallback;
}

template std::string FieldReader::take(std::string_view, bool, std::string);
template bool FieldReader::take(std::string_view, bool, bool);
template std::uint64_t FieldReader::take(std::string_view, bool, std::uint64_t);
template std::int64_t FieldReader::take(std::string_view, bool, std::int64_t);

std::uint32_t FieldReader::number32(std::string_view key) {
  const std::uint64_t value = number(key);
  if (value <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(value);
  wrong(key, "below 2^32");
  return 0;
}

Bytes FieldReader::hex(std::string_view key) {
  auto bytes = from_hex(text(key));
  if (!bytes) wrong(key, "0x and hex digits");
  return std::move(bytes).value_or(Bytes());
}

Bytes FieldReader::hex_or(std::string_view key) {
  auto bytes = from_hex(text_or(key));
  if (!bytes) wrong(key, "0x and hex digits");
  return std::move(bytes).value_or(Bytes());
}

std::vector<std::string> FieldReader::texts_or(std::string_view key) {
  std::vector<std::string> out;
  const Value* value = object_.find(key);
  if (value == nullptr || value->is_null()) return out;
  const Value::Array* items = value->as_array();
  if (items == nullptr) wrong(key, "a list of strings");
  for (const Value& item : items == nullptr ? Value::Array() : *items) {
    const std::string* text = item.as_string();
    if (text == nullptr) {
      wrong(key, "a list of strings");
      break;
    }
    out.push_back(*text);
  }
  return out;
}

const Value* FieldReader::map_or(std::string_view key) {
  const Value* value = object_.find(key);
  if (value == nullptr || value->is_null()) return nullptr;
  if (value->as_map() != nullptr) return value;
  wrong(key, "an object");
  return nullptr;
}

void FieldReader::wrong(std::string_view key, std::string_view expected) {
  if (error_) return;
  std::string message = what_;
  message.append(": `").append(key).append("` must be ").append(expected);
  error_ = make_error(Code::invalid_argument, "control.bad_message", std::move(message));
}

std::string prefixed_hex(ByteView bytes) { return "0x" + to_hex(bytes); }

}  // namespace status::ipc::control
