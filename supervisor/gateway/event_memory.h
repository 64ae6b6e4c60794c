// The memory of the merged stream, which outlives each gateway: a memfd that statusd holds (WIRE.md section 5).
#pragma once

#include <cstdint>
#include <span>

#include "ipc/base/result.h"

namespace status::gateway {

// Maps the file whole and for good: it is unmapped by the end of the process. Errors: it is too small, mmap refused.
Result<std::span<std::uint8_t>> map_event_memory(int fd);

}  // namespace status::gateway
