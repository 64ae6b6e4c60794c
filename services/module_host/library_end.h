// How long a library may take to stop, and what becomes of one that takes longer.
#pragma once

#include <chrono>

#include "services/host/module_context.h"

namespace status::module_host {

// `settings.stop_ms`: 2 s unless said, at most 60.
std::chrono::milliseconds time_to_stop(const host::ModuleContext& context);
// Beyond that: the library itself has been told how long it may take.
inline constexpr std::chrono::milliseconds kToReturn{200};

// The process ends here, with the library in it.
[[noreturn]] void leave_behind(host::ModuleContext& context);

}  // namespace status::module_host
