// All modules' last snapshots as one text exposition (prometheus.io: "Text-based format"). Kept by the gateway; a
// scrape never waits for a module: it gets what was there last, with its age.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/clock.h"
#include "metrics/series_table.h"
#include "metrics/snapshot.h"
#include "metrics/supervisor_families.h"

namespace status::metrics {

// One thread at a time.
//
// Each series gets the label `module` of who reported it; only the callers' view of calls (status_rpc_requests_total,
// status_rpc_duration_seconds, the stage `reply`) keeps the one it has, and there `caller` is set to the reporter:
// nobody speaks for another. Equal series of several reporters add up. When a generation ends, the last values of its
// counters and histograms are added to what its successors report, so that counters never fall; its gauges end with it.
//
// Snapshots are made small and signed when they come (series_table.h), once in some seconds; a page only puts names,
// label texts and numbers one behind the other.
class Exposition {
 public:
  // Without a row a module's snapshots are not shown.
  void set_row(ModuleRow row);
  void remove_row(std::string_view module);
  void set_supervisor(const SupervisorFigures& figures) { supervisor_ = figures; }
  // Counts one restart, for status_module_restarts_total.
  void restarted(std::string_view module, const std::string& cause);

  // A snapshot that was collected at `now`. A higher generation ends the one before; one from a lower generation is
  // ignored.
  void update(std::string_view module, std::uint64_t generation, const Snapshot& snapshot, MonotonicTime now);
  // The processes up to this generation are gone.
  void ended(std::string_view module, std::uint64_t generation);

  // What that counter of a module has reached, all its label sets and incarnations together; 0 without one.
  double counted(std::string_view module, std::string_view family) const;
  // That gauge of a module, all its label sets together; 0 without one.
  double measured(std::string_view module, std::string_view family) const;

  // All snapshots and sums, for the gateway after this one: rows and restarts it is told anyway.
  Value state() const;
  // Into an empty exposition. INVALID_ARGUMENT (`metrics.bad_snapshot`): nothing was taken.
  Status restore(const Value& state);

  // A family that two modules use with different kinds or bounds is shown as the first one had it, without the others;
  // so is one whose name is that of a histogram's lines.
  std::string text(MonotonicTime now) const;

 private:
  struct Module {
    std::optional<ModuleRow> row;
    std::uint64_t generation = 0;
    std::optional<MonotonicTime> collected;
    SeriesTable current;
    SeriesTable ended;  // sums over dead generations: counters and histograms only
    std::map<std::string, std::uint64_t> restarts;
  };
  static void end_generation(const std::string& name, Module& module);
  SeriesTable supervisors(MonotonicTime now) const;

  std::map<std::string, Module, std::less<>> modules_;
  std::optional<SupervisorFigures> supervisor_;
  mutable std::size_t page_bytes_ = 0;  // of the page before: about the room that the next one takes
};

}  // namespace status::metrics
