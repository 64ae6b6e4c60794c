// What every child of statusd does before anything else, and the codes it ends with (WIRE.md section 5).
#pragma once

#include "ipc/base/error.h"

namespace status::ipc::control {

inline constexpr int kExitAskedToStop = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitSelfAbort = 70;
// Only an operator can help: statusd does not start it again by itself.
inline constexpr int kExitMisconfigured = 78;

// A descriptor that SIGTERM arrives on. Every thread made later inherits the mask, so call it first. A peer that goes
// away is an error value from here on, not a signal.
int take_signals();

// From here on this process executes no other program, for good (seccomp): what statusd cannot forbid to a module that
// is yet to be executed. Call it before there are threads. A kernel that cannot do it is in statusd's `status`.
void forbid_programs();

// Whether the control line is there.
bool started_by_supervisor();

// What an error at the start means: a file of the wrong owner or mode, or a wrong setting, stays as it is until
// somebody runs the command that the message names; the rest may be better next time.
int exit_code(const Error& error);

}  // namespace status::ipc::control
