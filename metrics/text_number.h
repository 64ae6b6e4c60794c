// Numbers as the text exposition writes them. Private to metrics; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace status::metrics {

// Doubles hold every integer up to here.
inline constexpr double kMostExact = 9'007'199'254'740'992.0;

// The shortest text that reads back as the same number; integers without an exponent.
void append_number(double value, std::string& out);

// As Prometheus's own clients write it: bounds are labels, which rules and dashboards name.
void append_bound(double value, std::string& out);

// What Prometheus reads as a number, "+Inf" and "NaN" among it; what no double can hold is infinite.
std::optional<double> parse_number(std::string_view word);

}  // namespace status::metrics
