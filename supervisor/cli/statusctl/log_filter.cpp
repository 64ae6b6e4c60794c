#include "supervisor/cli/statusctl/log_filter.h"

#include <re2/re2.h>

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

std::optional<std::int64_t> parse_span(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's':
      unit = kSecond;
      break;
    case 'm':
      unit = 60 * kSecond;
      break;
    case 'h':
      unit = 3'600 * kSecond;
      break;
    case 'd':
      unit = 86'400 * kSecond;
      break;
    default:
      return std::nullopt;
  }
  const auto number = parse_number(text.substr(0, text.size() - 1));
  constexpr std::int64_t kMost = 1'000'000;  // units: no product overflows
  return number && *number <= kMost ? std::optional(*number * unit) : std::nullopt;
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

Result<std::int64_t> parse_since(const std::string& text, std::int64_t now_ms) {
  if (const auto span = parse_span(text)) return now_ms - *span;
  if (const auto number = parse_number(text)) return *number;
  if (const auto time = parse_rfc3339(text)) return *time;
  return fail(Code::invalid_argument, "cli.bad_time",
              in_quotes(text) +
                  " is no time: it may be a span (90s, 10m, 2h, 3d), an RFC 3339 time (2026-01-31T14:05:00Z), or "
                  "Unix milliseconds");
}

LogFilter::LogFilter() = default;
LogFilter::~LogFilter() = default;
LogFilter::LogFilter(LogFilter&&) noexcept = default;
LogFilter& LogFilter::operator=(LogFilter&&) noexcept = default;

Status LogFilter::grep(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);  // they are told by the caller
  pattern_ = std::make_unique<RE2>(pattern, options);
  if (pattern_->ok()) return {};
  return fail(Code::invalid_argument, "cli.bad_pattern",
              in_quotes(pattern) + " is no regular expression: " + pattern_->error() +
                  " (\\Q before plain text takes it as it is)");
}

bool LogFilter::matches(const LogLine& line) const {
  if (line.time_ms != 0 && line.time_ms < since_ms_) return false;
  if (generation_ && line.fields.uint_or("generation", 0) != *generation_) return false;
  return !pattern_ || RE2::PartialMatch(log_line_text(line), *pattern_);
}

}  // namespace status::cli
