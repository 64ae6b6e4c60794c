// What the kernel says about a living process. Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
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

// User and system time of the process since its start, its ended threads' included, in steps of a clock tick (10 ms).
// Zero when it is gone.
std::chrono::nanoseconds cpu_time_of(pid_t pid);

// Whether a signal has stopped it (SIGSTOP and its like; not a debugger).
bool is_stopped(pid_t pid);

// Of each of its threads; empty when the process is gone.
std::vector<ThreadTimes> thread_times(pid_t pid);

}  // namespace status::supervisor
