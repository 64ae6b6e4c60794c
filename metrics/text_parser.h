// Reads the text exposition of a library or of another node (prometheus.io: "Text-based format"). Trusts nobody.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "ipc/base/result.h"
#include "metrics/snapshot.h"

namespace status::metrics {

// What such a text may have, wanted or not; checked before anything is allocated for it.
struct TextLimits {
  std::size_t bytes = 1 << 20;
  std::size_t lines = 20'000;
  std::size_t line_bytes = 16 << 10;
  std::size_t labels = 32;     // of one series
  std::size_t series = 2'000;  // of what is wanted
};

struct ParsedText {
  Snapshot families;
  std::size_t left_out = 0;  // wanted series past the limit
};

// All families that are wanted by their names, as decode() would take them. Series whose value is no finite number are
// left out without a word, timestamps and comments are skipped, what has no TYPE, or a strange one, is untyped. `x_total` of a counter `x`
// is a counter (OpenMetrics, which libraries mix in). One wrong line makes the whole text wrong: INVALID_ARGUMENT
// (`metrics.bad_text`) with its number; RESOURCE_EXHAUSTED (`metrics.too_much_text`) past a limit. Any thread.
Result<ParsedText> parse_text(std::string_view text, const std::function<bool(std::string_view name)>& wanted,
                              const TextLimits& limits = {});

}  // namespace status::metrics
