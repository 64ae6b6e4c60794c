// Whether a process needs no more in the end than it needed in the beginning.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace status::chaos {

struct Footprint {
  double descriptors = 0;
  double anonymous_kib = 0;  // RssAnon of proc(5): what the process allocates, without the pages of shared files
};

// Nothing when there is no such process or this user may not look at it.
std::optional<Footprint> footprint_of(pid_t pid);

// The median of the last quarter over that of the second quarter, in percent above it; negative for less. The first
// quarter is warming up: buffers and tables grow to the size that the load needs. 0 with fewer than eight samples.
double growth_percent(const std::vector<double>& samples);

}  // namespace status::chaos
