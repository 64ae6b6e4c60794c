// Makes module processes, with the descriptors of WIRE.md section 5 and nothing else. One thread: the one that lives as
// long as statusd, because PR_SET_PDEATHSIG follows the thread that forked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/process/sandbox/sandboxes.h"

namespace status::supervisor {

struct SpawnRequest {
  std::string executable;                    // absolute
  std::string working_directory;             // absolute
  std::optional<std::uint64_t> descriptors;  // RLIMIT_NOFILE
  std::optional<std::uint64_t> data_bytes;   // RLIMIT_DATA; not in a sanitizer's build, which maps terabytes
  std::uint64_t stack_bytes = 512 << 10;     // RLIMIT_STACK, of each thread
  int oom_score_adj = 500;                   // the kernel takes modules before statusd
  const ChildSandbox* sandbox = nullptr;     // the caller's; null: none
  int cgroup = -1;                           // cgroup.procs of its group; the caller's
  int event_ring = -1;                       // the gateway's descriptor 6; the caller's, as the next one
  int recorder_line = -1;                    // its descriptor 7; only beside an event ring
};

struct Child {
  pid_t pid = 0;
  UniqueFd pidfd;
  UniqueFd control;   // our end, non-blocking
  UniqueFd output;    // reading end of its standard output, non-blocking
  UniqueFd errors;    // of its standard error
  UniqueFd crash;     // the memfd that it has as descriptor 4
  UniqueFd recorder;  // the one that it has as 5
};

// The child has: own session and process group, empty signal mask, default dispositions, no_new_privs, no core files,
// umask 077, an environment of the allow list alone, its sandbox, SIGKILL when this process dies.
class Spawner {
 public:
  // Occupies the descriptors up to 9 with /dev/null, so that nothing that a child gets, and nothing that spawning
  // needs, has a number that the child is promised.
  Spawner();

  // Errors: NOT_FOUND or PERMISSION_DENIED when the file cannot be executed, RESOURCE_EXHAUSTED when descriptors,
  // memory or processes ran out, else INTERNAL. On an error nothing is left behind, no descriptor and no zombie.
  Result<Child> spawn(const SpawnRequest& request);

 private:
  std::vector<UniqueFd> reserved_;
  UniqueFd null_;
};

}  // namespace status::supervisor
