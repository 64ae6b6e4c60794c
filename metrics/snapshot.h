// The values of one process's instruments at one moment, as plain data: what `_sys.metrics` answers and what the
// exposition merges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

enum class Kind : std::uint8_t { counter, gauge, histogram };
// As both the snapshot and the text exposition call it.
std::string_view to_word(Kind kind);

struct Sample {
  Labels labels;                       // sorted by name
  double value = 0;                    // counter, gauge
  std::uint64_t count = 0;             // histogram: of all observations
  double sum = 0;                      // histogram
  std::vector<std::uint64_t> buckets;  // histogram: cumulative, one per bound
};

// All series of one name.
struct Family {
  std::string name;
  std::string help;
  Kind kind = Kind::counter;
  std::vector<double> bounds;  // histogram: upper ends, ascending; +Inf is not listed
  std::vector<Sample> samples;
};

using Snapshot = std::vector<Family>;

// What Prometheus allows; up to 200 bytes. Names of labels that begin with `__` are its own.
bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);

// Time series as Prometheus counts them: a histogram is one per bound, and three.
std::size_t series_count(const Family& family);
std::size_t series_count(const Snapshot& snapshot);

// {"families": [[name, help, kind, bounds, [[labels, value] or [labels, count, sum, buckets], …]], …]}, labels as one
// flat list: names repeat once per family instead of once per value. Any thread.
Value encode(const Snapshot& snapshot);

// Trusts nobody: INVALID_ARGUMENT (`metrics.bad_snapshot`) for another shape, names that Prometheus does not allow,
// values that are not finite, falling buckets; RESOURCE_EXHAUSTED (`metrics.too_many_series`) past `max_series`.
Result<Snapshot> decode(const Value& value, std::size_t max_series = 4'000);

}  // namespace status::metrics
