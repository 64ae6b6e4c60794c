// What the supervisor knows of its modules and of itself, as metric families. Their names begin in a way that no
// module's may (reserves()). Private to metrics, but for the plain structs. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/snapshot.h"

namespace status::metrics {

// One row of the supervisor's table.
struct ModuleRow {
  std::string name;
  std::string owner;
  std::string state;  // a word of WIRE.md section 6
  bool locked = false;
  std::uint64_t generation = 0;
  std::optional<double> start_seconds;  // from the spawn to `ready`, of the incarnation at hand
  std::int64_t next_attempt_ms = 0;     // Unix; 0: no restart is planned
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;  // 0: none
  double cpu_seconds = 0;                // of all incarnations, as the next one
  double run_delay_seconds = 0;
  std::uint64_t sandbox_level = 0;      // 0 nothing, 1 system calls, 2 and files
  std::uint64_t unprotected = 0;        // how much of what it should be held by is missing
  std::uint64_t log_lines_dropped = 0;  // since the node started
  struct Crash {
    std::string cause;  // "signal 11 (SIGSEGV)", "exit 1"
    std::int64_t time_ms = 0;
  };
  std::optional<Crash> last_crash;  // of the incarnation before, if it was not asked to stop
};

// Of statusd itself.
struct SupervisorFigures {
  double started_seconds = 0;   // Unix time; an upgrade in place is no start
  double loop_lag_seconds = 0;  // the worst within the last second
  double cpu_seconds = 0;
  std::uint64_t anonymous_bytes = 0;
};

class SupervisorFamilies {
 public:
  using Restarts = std::map<std::string, std::uint64_t>;  // by cause

  SupervisorFamilies();
  // `snapshot_age`: seconds since the module's own figures were taken; empty: there are none.
  void add(const ModuleRow& row, const Restarts& restarts, std::optional<double> snapshot_age);
  void add(const SupervisorFigures& figures);
  Snapshot take() { return std::move(families_); }

  // Names that a module's own metrics cannot have.
  static bool reserves(std::string_view name);

 private:
  enum Name : std::size_t;
  void set(Name name, Labels labels, double value);

  Snapshot families_;
};

}  // namespace status::metrics
