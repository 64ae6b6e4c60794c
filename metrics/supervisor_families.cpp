#include "metrics/supervisor_families.h"

#include <algorithm>

namespace status::metrics {
namespace {

// WIRE.md section 6.
constexpr std::string_view kStates[] = {"stopped",  "starting", "ready",  "degraded",
                                        "draining", "backoff",  "failed", "paused"};

double in_seconds(std::int64_t ms) { return static_cast<double>(ms) * 1e-3; }

}  // namespace

enum SupervisorFamilies::Name : std::size_t {
  kUp,
  kState,
  kLocked,
  kGeneration,
  kStart,
  kNextAttempt,
  kAnonymous,
  kLimit,
  kCpu,
  kRunDelay,
  kSandbox,
  kUnprotected,
  kRestarts,
  kLastCrash,
  kDropped,
  kAge,
  kStarted,
  kLoopLag,
  kOwnCpu,
  kOwnMemory,
};

// In the order of the names above.
SupervisorFamilies::SupervisorFamilies()
    : families_{
          {"status_module_up", "1 while the module answers.", Kind::gauge, {}, {}},
          {"status_module_state", "1 for the state that the module is in.", Kind::gauge, {}, {}},
          {"status_module_locked", "1 while the module waits for its key.", Kind::gauge, {}, {}},
          {"status_module_generation", "Number of the module's incarnation.", Kind::gauge, {}, {}},
          {"status_module_start_duration_seconds", "From spawning the module to its being ready.", Kind::gauge, {}, {}},
          {"status_module_next_attempt_timestamp_seconds",
           "When a module that is down is started again, in Unix time.",
           Kind::gauge,
           {},
           {}},
          {"status_module_anonymous_memory_bytes", "Memory that only this module's process has.", Kind::gauge, {}, {}},
          {"status_module_memory_limit_bytes",
           "With more anonymous memory the module is restarted.",
           Kind::gauge,
           {},
           {}},
          {"status_module_cpu_seconds_total",
           "Processor time of all the module's incarnations.",
           Kind::counter,
           {},
           {}},
          {"status_module_run_delay_seconds_total",
           "How long the module's threads were ready to run and had no processor.",
           Kind::counter,
           {},
           {}},
          {"status_module_sandbox_level",
           "0 nothing, 1 system calls are filtered, 2 files restricted, too.",
           Kind::gauge,
           {},
           {}},
          {"status_module_unprotected", "Limits and restrictions that could not be applied.", Kind::gauge, {}, {}},
          {"status_module_restarts_total", "Restarts since the node started.", Kind::counter, {}, {}},
          {"status_module_last_crash_timestamp_seconds",
           "When the incarnation before this one ended unasked, and how, in Unix time.",
           Kind::gauge,
           {},
           {}},
          {"status_log_lines_dropped_total",
           "Log lines that were more than the module may write.",
           Kind::counter,
           {},
           {}},
          {"status_module_snapshot_age_seconds", "How old the module's figures are.", Kind::gauge, {}, {}},
          {"status_supervisor_start_timestamp_seconds",
           "When the supervisor was started, in Unix time; an upgrade in place is no start.",
           Kind::gauge,
           {},
           {}},
          {"status_supervisor_loop_lag_seconds",
           "The longest that the supervisor came late to something within the last second.",
           Kind::gauge,
           {},
           {}},
          {"status_supervisor_cpu_seconds_total", "Processor time of the supervisor.", Kind::counter, {}, {}},
          {"status_supervisor_anonymous_memory_bytes", "Memory that only the supervisor has.", Kind::gauge, {}, {}},
      } {}

bool SupervisorFamilies::reserves(std::string_view name) {
  return name.starts_with("status_module_") || name.starts_with("status_log_") ||
         name.starts_with("status_supervisor_");
}

void SupervisorFamilies::set(Name name, Labels labels, double value) {
  std::ranges::sort(labels);
  Sample sample;
  sample.labels = std::move(labels);
  sample.value = value;
  families_[name].samples.push_back(std::move(sample));
}

void SupervisorFamilies::add(const ModuleRow& row, const Restarts& restarts, std::optional<double> snapshot_age) {
  const Labels module{{"module", row.name}};
  const auto with = [&](const char* label, std::string value) {
    Labels labels = module;
    labels.emplace_back(label, std::move(value));
    return labels;
  };
  const bool answers = row.state == "ready" || row.state == "degraded";
  set(kUp, with("owner", row.owner), answers ? 1 : 0);
  for (const std::string_view word : kStates) {
    set(kState, with("state", std::string(word)), row.state == word ? 1 : 0);
  }
  set(kLocked, module, row.locked ? 1 : 0);
  set(kGeneration, module, static_cast<double>(row.generation));
  if (row.start_seconds) set(kStart, module, *row.start_seconds);
  if (row.next_attempt_ms != 0) set(kNextAttempt, module, in_seconds(row.next_attempt_ms));
  set(kAnonymous, module, static_cast<double>(row.anonymous_bytes));
  if (row.memory_limit_bytes != 0) set(kLimit, module, static_cast<double>(row.memory_limit_bytes));
  set(kCpu, module, row.cpu_seconds);
  set(kRunDelay, module, row.run_delay_seconds);
  set(kSandbox, module, static_cast<double>(row.sandbox_level));
  set(kUnprotected, module, static_cast<double>(row.unprotected));
  for (const auto& [cause, count] : restarts) set(kRestarts, with("cause", cause), static_cast<double>(count));
  if (row.last_crash) set(kLastCrash, with("cause", row.last_crash->cause), in_seconds(row.last_crash->time_ms));
  set(kDropped, module, static_cast<double>(row.log_lines_dropped));
  if (snapshot_age) set(kAge, module, *snapshot_age);
}

void SupervisorFamilies::add(const SupervisorFigures& figures) {
  set(kStarted, {}, figures.started_seconds);
  set(kLoopLag, {}, figures.loop_lag_seconds);
  set(kOwnCpu, {}, figures.cpu_seconds);
  set(kOwnMemory, {}, static_cast<double>(figures.anonymous_bytes));
}

}  // namespace status::metrics
