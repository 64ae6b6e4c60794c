#include "metrics/text_number.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

namespace status::metrics {

void append_number(double value, std::string& out) {
  char digits[32];
  const bool whole = std::abs(value) < kMostExact && value == std::trunc(value);
  const auto end = whole ? std::to_chars(digits, std::end(digits), static_cast<std::int64_t>(value)).ptr
                         : std::to_chars(digits, std::end(digits), value).ptr;
  out.append(digits, end);
}

void append_bound(double value, std::string& out) {
  char digits[32];
  out.append(digits, std::to_chars(digits, std::end(digits), value, std::chars_format::general, 16).ptr);
}

std::optional<double> parse_number(std::string_view word) {
  // The library knows no plus.
  if (word.starts_with('+')) word.remove_prefix(1);
  if (word.empty() || word.starts_with('+')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end != word.data() + word.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace status::metrics
