// All modules' last snapshots as one text exposition (prometheus.io: "Text-based format"). Kept by the gateway; a
// scrape never waits for a module: it gets what was there last, with its age.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/clock.h"
#include "metrics/snapshot.h"

namespace status::metrics {

// One row of the supervisor's table.
struct ModuleRow {
  std::string name;
  std::string owner;
  std::string state;  // a word of WIRE.md section 6
  bool locked = false;
  std::uint64_t memory_limit_bytes = 0;  // 0: none
  std::uint64_t sandbox_level = 0;       // 0 nothing, 1 system calls, 2 and files
  std::uint64_t unprotected = 0;         // how much of what it should be held by is missing
  std::uint64_t log_lines_dropped = 0;   // since the node started
};

// One thread at a time.
//
// Each series gets the label `module` of who reported it; only the callers' view of calls (status_rpc_requests_total,
// status_rpc_duration_seconds, the stage `reply`) keeps the one it has, and there `caller` is set to the reporter:
// nobody speaks for another. Equal series of several reporters add up. When a generation ends, the last values of its
// counters and histograms are added to what its successors report, so that counters never fall; its gauges end with it.
class Exposition {
 public:
  // Without a row a module's snapshots are not shown.
  void set_row(ModuleRow row);
  void remove_row(std::string_view module);
  // Counts one restart, for status_module_restarts_total.
  void restarted(std::string_view module, const std::string& cause);

  // A snapshot that was collected at `now`. A higher generation ends the one before; one from a lower generation is
  // ignored.
  void update(std::string_view module, std::uint64_t generation, Snapshot snapshot, MonotonicTime now);
  // The processes up to this generation are gone.
  void ended(std::string_view module, std::uint64_t generation);

  // All snapshots and sums, for the gateway after this one: rows and restarts it is told anyway.
  Value state() const;
  // Into an empty exposition. INVALID_ARGUMENT (`metrics.bad_snapshot`): nothing was taken.
  Status restore(const Value& state);

  // A family that two modules use with different kinds or bounds is shown as the first one had it, without the others.
  std::string text(MonotonicTime now) const;

  // The time series that text() has now.
  std::size_t series(MonotonicTime now) const;

 private:
  struct Module {
    std::optional<ModuleRow> row;
    std::uint64_t generation = 0;
    std::optional<MonotonicTime> collected;
    Snapshot current;
    Snapshot ended;  // sums over dead generations: counters and histograms only
    std::map<std::string, std::uint64_t> restarts;
  };
  void end_generation(Module& module);
  Snapshot merged(MonotonicTime now) const;

  std::map<std::string, Module, std::less<>> modules_;
};

}  // namespace status::metrics
