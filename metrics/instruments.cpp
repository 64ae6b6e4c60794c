#include "metrics/instruments.h"

#include "metrics/process_collector.h"

namespace status::metrics {

DatabaseInstruments::DatabaseInstruments(Registry& registry) {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    const Labels labels{{"operation", std::string(kOperations[i])}};
    seconds_[i] = registry.counter("status_database_seconds_total", "Time spent in the module's database.", labels);
    count_[i] = registry.counter("status_database_operations_total", "Operations of the module's database.", labels);
  }
}

void DatabaseInstruments::record(std::size_t operation, std::chrono::nanoseconds spent) const {
  seconds_[operation].add(static_cast<double>(spent.count()) * 1e-9);
  count_[operation].add();
}

StreamInstruments::StreamInstruments(Registry& registry, const std::string& stream)
    : depth(registry.gauge("status_stream_depth", "Events that a stream keeps.", {{"stream", stream}})),
      lag(registry.gauge("status_stream_lag", "Events that the slowest reader is behind.", {{"stream", stream}})),
      dropped(registry.counter("status_stream_dropped_total", "Events that went before every reader had them.",
                               {{"stream", stream}})) {}

Instruments::Instruments(const InstrumentOptions& options)
    : registry_(options.registry), rpc_(registry_, options.module), database_(registry_) {
  registry_.add_collector([](Snapshot& snapshot) { append_process_metrics(snapshot); });
  registry_
      .gauge("status_build_info", "Always 1; which program this is.",
             {{"version", options.version}, {"revision", options.revision}})
      .set(1);
}

}  // namespace status::metrics
