// What a module's executor is measured by: lag and stalls in the metrics, a stall also in the log.
#pragma once

#include "metrics/service_instruments.h"
#include "services/host/executor.h"
#include "services/host/logger.h"

namespace status::host {

class ExecutorWatch final : public ExecutorObserver {
 public:
  // Both outlive this; this outlives the executor.
  ExecutorWatch(metrics::Registry& registry, Logger& log) : instruments_(registry), log_(log) {}

  void turn(std::string_view running, std::chrono::nanoseconds waited, std::chrono::nanoseconds took) override;
  // Shows the executor's load at each collection of `registry`, which the executor outlives.
  void show(metrics::Registry& registry, const Executor& executor);

 private:
  metrics::ExecutorInstruments instruments_;
  Logger& log_;
};

}  // namespace status::host
