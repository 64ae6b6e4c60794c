// Which mapped file an address belongs to. For the crash handler: async-signal-safe, allocates nothing, takes no lock.
#pragma once

#include <cstdint>

#include "ipc/control/crash_stacks.h"

namespace status::ipc::control {

// False when no file is mapped there. Asks the C library (`_dl_find_object`, glibc 2.35, made for use in signal
// handlers), so that also what was loaded a moment ago is found and nothing has to be kept up to date. `out` is
// filled but for the path of the executable, which the C library does not know.
bool find_object(std::uint64_t address, ObjectRecord& out);

// The executable with its path. Not for signal handlers. Once it has been replaced on disk the path has " (deleted)"
// behind it.
bool find_executable(ObjectRecord& out);

}  // namespace status::ipc::control
