// The values of one process's instruments at one moment, as plain data: what `_sys.metrics` answers and what the
// exposition merges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Untyped is what a library calls a number of which it says no more; it is treated as a gauge.
enum class Kind : std::uint8_t { counter, gauge, histogram, summary, untyped };
// As both the snapshot and the text exposition call it.
std::string_view to_word(Kind kind);
// The other way; empty for any other word.
std::optional<Kind> to_kind(std::string_view word);
// Whose samples are many numbers: count, sum, and one for each bound.
constexpr bool has_bounds(Kind kind) { return kind == Kind::histogram || kind == Kind::summary; }
// Whose values are those of one process, and say nothing when it has ended.
constexpr bool is_momentary(Kind kind) { return kind == Kind::gauge || kind == Kind::untyped; }
// The label that the text exposition gives to each bound, which no sample has itself; empty without bounds.
std::string_view bound_label(Kind kind);

struct Sample {
  Labels labels;                       // sorted by name
  double value = 0;                    // counter, gauge, untyped
  std::uint64_t count = 0;             // histogram, summary: of all observations
  double sum = 0;                      // histogram, summary
  std::vector<std::uint64_t> buckets;  // histogram: cumulative, one per bound
  std::vector<double> quantiles;       // summary: one per bound; NaN: not known
};

// All series of one name.
struct Family {
  std::string name;
  std::string help;
  Kind kind = Kind::counter;
  std::vector<double> bounds;  // histogram: upper ends, ascending; +Inf is not listed. summary: quantiles, 0 to 1
  std::vector<Sample> samples;
};

using Snapshot = std::vector<Family>;

// What Prometheus allows; up to 200 bytes. Names of labels that begin with `__` are its own.
bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);
// A label's value or a help text: up to 1,024 bytes of UTF-8 without zeroes. One that is not makes Prometheus refuse a
// whole page.
bool is_metric_text(std::string_view text);

// Time series as Prometheus counts them: a histogram is one per bound, and three, a summary one per bound, and two.
std::size_t lines_of(Kind kind, std::size_t bounds);
std::size_t series_count(const Family& family);
std::size_t series_count(const Snapshot& snapshot);

// {"families": [[name, help, kind, bounds, [[labels, value] or [labels, count, sum, buckets or quantiles], …]], …]},
// labels as one flat list: names repeat once per family instead of once per value. Any thread.
Value encode(const Snapshot& snapshot);

// Trusts nobody: INVALID_ARGUMENT (`metrics.bad_snapshot`) for another shape, names that Prometheus does not allow,
// values that are not finite, falling buckets; RESOURCE_EXHAUSTED (`metrics.too_many_series`) past `max_series`.
Result<Snapshot> decode(const Value& value, std::size_t max_series = 4'000);

}  // namespace status::metrics
