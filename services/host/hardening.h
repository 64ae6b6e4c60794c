// What a process that holds keys asks of the kernel about itself.
#pragma once

#include "ipc/base/result.h"

namespace status::host {

// PR_SET_DUMPABLE 0 and RLIMIT_CORE 0: no core dump, and no ptrace or /proc/PID/mem by another process of the same
// user. Before any secret is read. The parent can then no longer read /proc/PID/{io,smaps_rollup,maps,fd}; status,
// statm, stat and schedstat still work. Reads back what it set and fails with INTERNAL (`os.error`) if the kernel did
// not take it. An exec undoes it.
Status forbid_dumps();

}  // namespace status::host
