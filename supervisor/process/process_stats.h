// What the kernel says about a living process. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace status::supervisor {

struct ProcessMemory {
  std::uint64_t resident_bytes = 0;   // anonymous and file-backed
  std::uint64_t anonymous_bytes = 0;  // what only this process has: the measure of a leak
};

// All zero when the process is gone.
ProcessMemory memory_of(pid_t pid);

}  // namespace status::supervisor
