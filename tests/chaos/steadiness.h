// Whether a process needs no more in the end than it needed in the beginning.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace status::chaos {

// Nothing when there is no such process, or it is one whose descriptors this user may not see.
std::optional<double> descriptors_of(pid_t pid);

// RssAnon of proc(5): what the process allocates, without the pages of shared files. Nothing when there is no such
// process.
std::optional<double> anonymous_kib_of(pid_t pid);

// The median of the last quarter over that of the second quarter, in percent above it; negative for less. The first
// quarter is warming up: buffers and tables grow to the size that the load needs. Another `share` than one half takes
// another percentile of each: 0.95 for a process that starts anew now and then and is small for a while each time. 0
// with fewer than eight samples.
double growth_percent(const std::vector<double>& samples, double share = 0.5);

}  // namespace status::chaos
