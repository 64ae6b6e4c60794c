#include "services/module_host/logos/values.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace status::module_host::logos {
namespace {

constexpr std::string_view kTag = "_bytes";

std::string to_base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

// With or without padding.
std::optional<Bytes> from_base64url(std::string text) {
  if (text.find_first_of("+/") != std::string::npos) return std::nullopt;
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text.push_back('=');
  return from_base64(text);
}

}  // namespace

std::string snake_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto is = [&](std::size_t at, auto what) {
      return at < name.size() && what(static_cast<unsigned char>(name[at]));
    };
    const auto upper = [](unsigned char c) { return std::isupper(c) != 0; };
    const auto lower = [](unsigned char c) { return std::islower(c) != 0; };
    const bool begins = upper(static_cast<unsigned char>(name[i])) && i > 0 && name[i - 1] != '_' &&
                        (!is(i - 1, upper) || is(i + 1, lower));  // "getNodeID", "getENRNow"
    if (begins) out.push_back('_');
    out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(name[i]))));
  }
  return out;
}

Value to_logos(const Value& wire) {
  if (const Bytes* bytes = wire.as_bytes()) return Value::map({{std::string(kTag), to_base64url(*bytes)}});
  if (const Value::Array* items = wire.as_array()) {
    Value::Array out;
    out.reserve(items->size());
    for (const Value& item : *items) out.push_back(to_logos(item));
    return out;
  }
  if (const Value::Map* entries = wire.as_map()) {
    Value::Map out;
    out.reserve(entries->size());
    for (const auto& [key, value] : *entries) out.emplace_back(key, to_logos(value));
    return out;
  }
  return wire;
}

Value from_logos(const Value& json) {
  if (const Value::Array* items = json.as_array()) {
    Value::Array out;
    out.reserve(items->size());
    for (const Value& item : *items) out.push_back(from_logos(item));
    return out;
  }
  const Value::Map* entries = json.as_map();
  if (entries == nullptr) return json;
  if (entries->size() == 1 && entries->front().first == kTag && entries->front().second.as_string() != nullptr) {
    if (auto bytes = from_base64url(*entries->front().second.as_string())) return std::move(*bytes);
  }
  Value::Map out;
  out.reserve(entries->size());
  for (const auto& [key, value] : *entries) out.emplace_back(key, from_logos(value));
  return out;
}

const std::string* refusal_code(const Value& result) {
  constexpr std::array<std::string_view, 3> kCodes = {"dispatch_failed", "invalid_args", "unknown_method"};
  if (result.as_map() == nullptr || result.as_map()->size() != 3) return nullptr;
  for (const std::string_view key : {"code", "message", "origin"}) {
    if (result.find(key) == nullptr || result.find(key)->as_string() == nullptr) return nullptr;
  }
  const std::string* code = result.find("code")->as_string();
  return std::ranges::find(kCodes, *code) == kCodes.end() ? nullptr : code;
}

}  // namespace status::module_host::logos
