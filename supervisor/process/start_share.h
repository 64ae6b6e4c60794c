// How a process shares the processors while it starts. A start is one long piece of work of which nobody waits for a
// part, and on a small machine it meets the short ones of those that serve: until it is ready it does not pre-empt
// them, and they it (SCHED_BATCH, and the longest slice: EEVDF from Linux 6.12 on; sched_setattr(2)). What the kernel
// does not know changes nothing.
#pragma once

#include <sys/types.h>

namespace status::supervisor {

// Of the calling thread and those that it will make. System calls alone: for between vfork and exec.
void yield_while_starting();
// Of all threads of that process: as any other's from now on.
void share_as_others(pid_t process);

}  // namespace status::supervisor
