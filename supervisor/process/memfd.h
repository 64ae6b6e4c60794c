// Memory that outlives the process that writes it. Any thread.
#pragma once

#include <cstddef>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"

namespace status::supervisor {

// Zeroed, close-on-exec, and sealed against growing and shrinking: whoever maps it never faults. Pages cost nothing
// until touched.
Result<UniqueFd> make_memfd(const char* name, std::size_t bytes);

}  // namespace status::supervisor
