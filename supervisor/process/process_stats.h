// What the kernel says about a living process. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "supervisor/tree/starvation.h"

namespace status::supervisor {

struct ProcessMemory {
  std::uint64_t resident_bytes = 0;   // anonymous and file-backed
  std::uint64_t anonymous_bytes = 0;  // what only this process has: the measure of a leak
};

// All zero when the process is gone.
ProcessMemory memory_of(pid_t pid);

// Whether a signal has stopped it (SIGSTOP and its like; not a debugger).
bool is_stopped(pid_t pid);

// Of each of its threads; empty when the process is gone.
std::vector<ThreadTimes> thread_times(pid_t pid);

}  // namespace status::supervisor
