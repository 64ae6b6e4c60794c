#include "tests/unit/layout/markdown.h"

#include <algorithm>

namespace status::test {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

std::vector<std::string> marked(std::string_view text, std::string_view mark) {
  std::vector<std::string> out;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
    const std::size_t begin = at + mark.size();
    const std::size_t end = text.find(mark, begin);
    if (end == std::string_view::npos) break;
    out.emplace_back(text.substr(begin, end - begin));
    at = end + mark.size();
  }
  return out;
}

std::vector<std::string> cells_of(std::string_view line) {
  if (line.size() < 2 || line.front() != '|' || line.back() != '|') return {};
  return split(line.substr(1, line.size() - 2), '|');
}

std::vector<std::string> listed(std::string_view text) { return split(text, ','); }

}  // namespace status::test
