#include "supervisor/cli/statusctl/time_text.h"

#include <charconv>
#include <cmath>
#include <ctime>

#include "ipc/base/words.h"

namespace status::cli {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 ? std::optional(number) : std::nullopt;
}

// ".25" → 250.
std::optional<std::int64_t> parse_fraction(const char*& text) {
  if (*text != '.') return 0;
  double fraction = 0;
  double digit = 0.1;
  const char* first = ++text;
  for (; *text >= '0' && *text <= '9'; ++text, digit /= 10) fraction += (*text - '0') * digit;
  return text == first ? std::nullopt : std::optional(static_cast<std::int64_t>(std::floor(fraction * 1'000 + 1e-6)));
}

std::optional<std::int64_t> parse_rfc3339(const std::string& text) {
  std::tm time{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr) return std::nullopt;
  const auto milliseconds = parse_fraction(rest);
  std::tm zone{};
  rest = milliseconds ? ::strptime(rest, "%z", &zone) : nullptr;
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const int day = time.tm_mday;
  const std::time_t seconds = ::timegm(&time);
  if (time.tm_mday != day) return std::nullopt;  // the 31st of February
  return (seconds - zone.tm_gmtoff) * 1'000 + *milliseconds;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_span(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::uint64_t kCenturyMs = 36'500 * 86'400'000ULL;  // is enough, and cannot overflow
  const std::uint64_t ms = unit == "d"    ? 86'400'000
                           : unit == "h"  ? 3'600'000
                           : unit == "m"  ? 60'000
                           : unit == "s"  ? 1'000
                           : unit == "ms" ? 1
                                          : 0;
  if (problem != std::errc() || ms == 0 || count == 0 || count > kCenturyMs / ms) return std::nullopt;
  return std::chrono::milliseconds(count * ms);
}

Result<std::int64_t> parse_since(const std::string& text, std::int64_t now_ms) {
  if (const auto span = parse_span(text)) return now_ms - span->count();
  if (const auto number = parse_number(text)) return *number;
  if (const auto time = parse_rfc3339(text)) return *time;
  return fail(Code::invalid_argument, "cli.bad_time",
              in_quotes(text) +
                  " is no time: it may be a span (90s, 10m, 2h, 3d), an RFC 3339 time (2026-01-31T14:05:00Z), or "
                  "Unix milliseconds");
}

}  // namespace status::cli
