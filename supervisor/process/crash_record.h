// crash/<module>/<generation>.json: what is known about a death. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/control/control_line.h"
#include "ipc/control/crash_area.h"
#include "ipc/control/crash_stacks.h"
#include "supervisor/process/exit_report.h"

namespace status::supervisor {

// No memory, no environment, no payloads.
struct CrashRecord {
  std::string module;
  std::uint64_t generation = 0;
  std::int64_t time_ms = 0;
  std::string cause;  // as the transition has it: why it was killed, and how it ended
  ExitReport exit;
  std::uint64_t uptime_ms = 0;
  std::uint64_t ready_for_ms = 0;
  std::string state;  // in which it died
  std::string backend;
  std::string interface;
  std::optional<ipc::control::Fatal> fatal;  // its own last word
  std::vector<ipc::control::CallInFlight> calls;
  std::string calls_problem;  // why `calls` could not be read
  ipc::control::CrashStacks stacks;
  std::string stacks_problem;  // why `stacks` could not be read
  std::vector<std::string> log;
};

// `now` dates the calls in flight. Keys: module, generation, time_ms, cause, exit_code, signal, uptime_ms,
// ready_for_ms, state, backend, interface, build_id (of the executable), fatal, calls_in_flight [{method, trace_id,
// running_ms}], calls_problem?, fault_address? (where the kernel sent the signal), thread_count, threads [{tid, name,
// whole, method?, trace_id?, frames [{object, build_id, offset} or {}]}] (the one that the death is about first),
// stacks_problem?, resources, log.
Value to_value(const CrashRecord& record, MonotonicTime now);

inline constexpr std::size_t kCrashRecordsKept = 20;

// Writes the record (0600) into the module's own directory under `crash_directory`, and removes the oldest past
// kCrashRecordsKept.
Status write_crash_record(const std::string& crash_directory, const CrashRecord& record, MonotonicTime now);

}  // namespace status::supervisor
