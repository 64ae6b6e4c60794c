#include "metrics/instruments.h"

#include "metrics/process_collector.h"

namespace status::metrics {

Instruments::Instruments(const InstrumentOptions& options)
    : registry_(options.registry),
      rpc_(registry_, options.module),
      database_(registry_),
      custody_(registry_, options.module) {
  registry_.add_collector([](Snapshot& snapshot) { append_process_metrics(snapshot); });
  registry_
      .gauge("status_build_info", "Always 1; which program this is.",
             {{"version", options.version}, {"revision", options.revision}})
      .set(1);
}

void Instruments::keep_flights(flight::Recorder& recorder) {
  rpc_.keep_flights(recorder);
  custody_.keep_flights(recorder);
}

}  // namespace status::metrics
