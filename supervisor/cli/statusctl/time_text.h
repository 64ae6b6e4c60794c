// Times as people write them on a command line. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/result.h"

namespace status::cli {

// A number and d, h, m, s or ms; up to a century.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);

// A time to look back to: a span before `now_ms` ("90s", "10m", "2h", "3d"), an RFC 3339 time ("2026-01-31T14:05:00Z",
// "…T14:05:00.250+02:00"), or Unix milliseconds. INVALID_ARGUMENT (`cli.bad_time`) for anything else.
Result<std::int64_t> parse_since(const std::string& text, std::int64_t now_ms);

}  // namespace status::cli
