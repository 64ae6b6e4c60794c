// What the kernel says about a living process. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace status::supervisor {

// Resident memory, anonymous and file-backed; 0 when the process is gone.
std::uint64_t rss_bytes(pid_t pid);

}  // namespace status::supervisor
