#include "ipc/base/metric_pattern.h"

#include <algorithm>

namespace status {

bool is_metric_pattern(std::string_view pattern) {
  constexpr std::size_t kMaxName = 200;
  if (pattern == "*") return true;
  if (pattern.ends_with('*')) pattern.remove_suffix(1);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; };
  const auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !pattern.empty() && pattern.size() <= kMaxName && letter(pattern[0]) && std::ranges::all_of(pattern, other);
}

bool matches_metric(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_own_metric(std::string_view name) { return name.starts_with("status_") || name.starts_with("process_"); }

}  // namespace status
