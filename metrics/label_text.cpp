#include "metrics/label_text.h"

#include <algorithm>
#include <utility>

namespace status::metrics {
namespace {

void append_escaped(std::string_view value, std::string& out) {
  std::size_t end = 0;
  while ((end = value.find_first_of("\\\"\n")) != std::string_view::npos) {
    out.append(value.substr(0, end));
    out.append(value[end] == '\n' ? "\\n" : value[end] == '"' ? "\\\"" : "\\\\");
    value.remove_prefix(end + 1);
  }
  out.append(value);
}

void skip_blanks(std::string_view& rest) { rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size())); }

bool take(std::string_view& rest, char wanted) {
  skip_blanks(rest);
  if (!rest.starts_with(wanted)) return false;
  rest.remove_prefix(1);
  return true;
}

// Up to the closing quote, which goes too.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  while (true) {
    const std::size_t end = rest.find_first_of("\\\"\n");
    if (end == std::string_view::npos || rest[end] == '\n') return std::nullopt;
    value.append(rest.substr(0, end));
    if (rest[end] == '"') {
      rest.remove_prefix(end + 1);
      return value;
    }
    const char escaped = end + 1 < rest.size() ? rest[end + 1] : '\0';
    if (escaped != 'n' && escaped != '"' && escaped != '\\') return std::nullopt;
    value += escaped == 'n' ? '\n' : escaped;
    rest.remove_prefix(end + 2);
  }
}

}  // namespace

void append_labels(const Labels& labels, std::string& out) {
  bool first = true;
  for (const auto& [name, value] : labels) {
    if (!std::exchange(first, false)) out += ',';
    out.append(name).append("=\"");
    append_escaped(value, out);
    out += '"';
  }
}

std::optional<Labels> parse_labels(std::string_view rest) {
  Labels labels;
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    const std::size_t end = std::min(rest.find_first_of(" \t="), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end);
    if (!is_label_name(name) || !take(rest, '=') || !take(rest, '"')) return std::nullopt;
    std::optional<std::string> value = take_value(rest);
    if (!value) return std::nullopt;
    labels.emplace_back(name, std::move(*value));
    if (!take(rest, ',') && !rest.empty()) return std::nullopt;
  }
  std::ranges::sort(labels);
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::ranges::adjacent_find(labels, same_name) != labels.end()) return std::nullopt;
  return labels;
}

}  // namespace status::metrics
