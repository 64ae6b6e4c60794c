// How errors name a key inside a message: `messages[3].content`. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace status::api {

inline std::string key_path(std::string_view parent, std::string_view key) {
  std::string out(parent);
  if (!parent.empty()) out.append(".");
  return out.append(key);
}

inline std::string item_path(std::string_view parent, std::size_t index) {
  return std::string(parent).append("[").append(std::to_string(index)).append("]");
}

}  // namespace status::api
