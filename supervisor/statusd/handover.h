// What one image of statusd leaves to the next when it is re-executed in place: a description of everything that it
// holds, in a sealed memory file, beside the descriptors themselves, which stay open across the exec. It has edge
// credentials in it and is never on a disk. Pure but for the file; one thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "ipc/control/control_line.h"
#include "supervisor/statusd/edges.h"
#include "supervisor/tree/tree.h"

namespace status::supervisor {

struct Handover {
  // Another image understands this one, or refuses it.
  static constexpr std::uint64_t kFormat = 1;

  // Descriptors are numbers here; who reads them owns them.
  struct Process {
    pid_t pid = 0;
    int pidfd = -1;
    int control = -1;
    int output = -1;
    int errors = -1;
    int crash = -1;
    int recorder = -1;
    MonotonicTime started{};
    std::optional<MonotonicTime> ready;
    std::optional<ipc::control::Fatal> fatal;
    // The beginnings of lines whose ends were not there yet.
    std::string control_rest;
    std::string output_rest;
    std::string errors_rest;
  };
  struct Module {
    ipc::control::ModuleRow row;
    TreeMemory memory;
    std::uint64_t spawns = 0;
    std::string end;
    std::vector<std::string> log_tail;
    std::optional<Process> process;
  };

  std::string version;  // of who wrote it
  std::string boot_id;
  std::int64_t started_ms = 0;  // Unix: when the first of these images was started
  int lock = -1;
  int run_lock = -1;
  int event_ring = -1;
  int recorder_line = -1;
  std::vector<EdgeBook::Edge> edges;
  std::vector<Module> modules;
  std::vector<ipc::control::SupervisorEvent> events;  // not known to have arrived at the gateway
  std::uint64_t last_event = 0;
  std::uint64_t command = 0;  // the upgrade, which the next image answers

  // All that must stay open.
  std::vector<int> descriptors() const;
};

// A new sealed memory file, close-on-exec. Errors of the system.
Result<UniqueFd> write_handover(const Handover& handover);
// FAILED_PRECONDITION (`supervisor.bad_handover`): another format, or damaged.
Result<Handover> read_handover(int fd);

}  // namespace status::supervisor
