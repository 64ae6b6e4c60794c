// What the child of restart_bench writes when it begins to run.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace status::bench {

struct Birth {
  std::uint64_t at_ns = 0;  // CLOCK_MONOTONIC
  pid_t pid = 0;
};

inline constexpr const char* kBirths = "born";  // a FIFO in the child's working directory

}  // namespace status::bench
