#include "services/host/executor_watch.h"

namespace status::host {
namespace {

// From here on a stall is worth a line of the log; below it the counter is enough.
constexpr std::chrono::milliseconds kWorthALine{250};

}  // namespace

void ExecutorWatch::turn(std::string_view running, std::chrono::nanoseconds waited, std::chrono::nanoseconds took) {
  instruments_.turn(running, waited, took);
  if (took < kWorthALine) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  log_.warn("executor stalled", {{"running", std::string(running)}, {"ms", ms}});
}

void ExecutorWatch::show(metrics::Registry& registry, const Executor& executor) {
  registry.add_collector(
      [this, &executor](metrics::Snapshot&) { instruments_.set_load(executor.waiting(), executor.busy_for()); });
}

}  // namespace status::host
