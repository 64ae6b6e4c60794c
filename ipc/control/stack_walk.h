// Takes down the stack of the calling thread as it was when a signal interrupted it. Only for the crash handler:
// async-signal-safe, allocates nothing, takes no lock.
#pragma once

#include "ipc/control/crash_stacks.h"

namespace status::ipc::control {

// `context` is the third argument of a handler. Appends to `out` frame by frame, so that what has been found survives
// whatever happens next. A stack that is damaged ends where it cannot be read.
void walk_stack(const void* context, StackRecord& out);

// First of all in the handler of SIGSEGV and SIGBUS: when it was walk_stack() of this thread that followed a bad
// pointer, goes back into it and does not return. Those two signals must not be blocked meanwhile.
void end_walk_if_it_faulted();

// Does once, outside of any handler, what the unwinder does at its first use.
void prepare_walks();

}  // namespace status::ipc::control
