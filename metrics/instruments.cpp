#include "metrics/instruments.h"

#include "metrics/process_collector.h"

namespace status::metrics {

Instruments::Instruments(const InstrumentOptions& options)
    : registry_(options.registry), rpc_(registry_, options.module), database_(registry_) {
  registry_.add_collector([](Snapshot& snapshot) { append_process_metrics(snapshot); });
  registry_
      .gauge("status_build_info", "Always 1; which program this is.",
             {{"version", options.version}, {"revision", options.revision}})
      .set(1);
}

}  // namespace status::metrics
