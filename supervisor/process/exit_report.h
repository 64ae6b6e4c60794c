// How a process ended and what it used. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/value.h"
#include "supervisor/tree/tree.h"

namespace status::supervisor {

struct ExitReport {
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::uint64_t user_ms = 0;
  std::uint64_t system_ms = 0;
  std::uint64_t max_rss_bytes = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t involuntary_switches = 0;

  std::string cause() const;  // "exit 78", "signal 9 (SIGKILL)"
  std::string label() const;  // the same for counting: "exit_78", "SIGKILL"
  Exit to_exit() const;       // as the tree wants it
  Value resources() const;    // map, for the crash record
};

// How a dead child ended, without waiting. It stays a zombie until reap(), and what is left of its process group has
// been ended. Nothing when it still lives.
std::optional<ExitReport> report_of(pid_t pid);
// Lets go of a dead child: from now on its number may be another's.
void reap(pid_t pid);

// "SIGKILL"; "signal 77" for one without a name.
std::string signal_name(int signal);

}  // namespace status::supervisor
