#include "ipc/api/text_check.h"

#include "ipc/api/key_path.h"
#include "ipc/base/words.h"

namespace status::api {
namespace {

// Paths are built only for what can hold text: most values cannot.
bool may_hold_text(const Value& value) {
  return value.as_string() != nullptr || value.as_array() != nullptr || value.as_map() != nullptr;
}

}  // namespace

std::optional<std::string> find_bad_text(const Value& value, const std::string& path) {
  if (const std::string* text = value.as_string()) {
    return count_code_points(*text) ? std::nullopt : std::optional<std::string>(path);
  }
  if (const Value::Array* items = value.as_array()) {
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (!may_hold_text((*items)[i])) continue;
      if (std::optional<std::string> bad = find_bad_text((*items)[i], item_path(path, i))) return bad;
    }
  }
  if (const Value::Map* entries = value.as_map()) {
    for (const auto& [key, item] : *entries) {
      if (!count_code_points(key)) return key_path(path, key);
      if (!may_hold_text(item)) continue;
      if (std::optional<std::string> bad = find_bad_text(item, key_path(path, key))) return bad;
    }
  }
  return std::nullopt;
}

}  // namespace status::api
