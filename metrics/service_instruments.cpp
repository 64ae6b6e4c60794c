#include "metrics/service_instruments.h"

#include <utility>

namespace status::metrics {
namespace {

double in_seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) * 1e-9; }

void add_growth(const Counter& counter, std::uint64_t now, std::uint64_t& counted) {
  if (now > counted) counter.add(static_cast<double>(now - counted));
  counted = now;
}

const std::vector<double>& lag_bounds() {
  static const std::vector<double> bounds{0.0005, 0.002, 0.01, 0.025, 0.1, 0.5, 2};
  return bounds;
}

}  // namespace

DatabaseInstruments::DatabaseInstruments(Registry& registry) {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    const Labels labels{{"operation", std::string(kOperations[i])}};
    seconds_[i] = registry.counter("status_database_seconds_total", "Time spent in the module's database.", labels);
    count_[i] = registry.counter("status_database_operations_total", "Operations of the module's database.", labels);
  }
}

void DatabaseInstruments::record(std::size_t operation, std::chrono::nanoseconds spent) const {
  seconds_[operation].add(in_seconds(spent));
  count_[operation].add();
}

void watch_stream(Registry& registry, const std::string& stream, std::function<StreamLoad()> load) {
  const Labels labels{{"stream", stream}};
  const Gauge depth = registry.gauge("status_stream_depth", "Events that a stream keeps.", labels);
  const Gauge lag = registry.gauge("status_stream_lag", "Events that the slowest reader is behind.", labels);
  const Counter dropped =
      registry.counter("status_stream_dropped_total", "Events that went before every reader had them.", labels);
  registry.add_collector([=, load = std::move(load), counted = std::uint64_t{0}](Snapshot&) mutable {
    const StreamLoad now = load();
    depth.set(static_cast<double>(now.depth));
    lag.set(static_cast<double>(now.lag));
    add_growth(dropped, now.dropped, counted);
  });
}

ExecutorInstruments::ExecutorInstruments(Registry& registry)
    : registry_(registry),
      lag_(registry.histogram("status_executor_lag_seconds",
                              "How long a turn on the service's thread waited for those before it.", lag_bounds())),
      waiting_(registry.gauge("status_executor_queue_depth", "Jobs that wait for the service's thread.")),
      busy_(registry.gauge("status_executor_busy_seconds", "Age of the turn at hand on the service's thread.")) {}

void ExecutorInstruments::turn(std::string_view running, std::chrono::nanoseconds waited,
                               std::chrono::nanoseconds took) {
  lag_.observe(waited);
  if (took < kStall) return;
  // Seldom enough to look the series up.
  registry_
      .counter("status_executor_stalls_total", "Turns on the service's thread of over 25 ms, by what was running.",
               {{"running", std::string(running)}})
      .add();
}

void ExecutorInstruments::set_load(std::size_t waiting, std::chrono::nanoseconds busy_for) const {
  waiting_.set(static_cast<double>(waiting));
  busy_.set(in_seconds(busy_for));
}

BackendInstruments::BackendInstruments(Registry& registry)
    : registry_(registry),
      remote_(registry.counter("status_backend_remote_wait_seconds_total",
                               "Time of the backend's calls in which another machine was waited for.")) {}

const BackendInstruments::Function& BackendInstruments::of(const char* function) {
  const std::lock_guard lock(mutex_);
  const auto [place, fresh] = functions_.try_emplace(function);
  if (fresh) {
    const auto counter = [&](const char* name, const char* help, Labels more) {
      more.emplace_back("function", function);
      return registry_.counter(name, help, std::move(more));
    };
    for (std::size_t succeeded = 0; succeeded < 2; ++succeeded) {
      place->second.calls[succeeded] = counter("status_backend_calls_total", "Calls into the backend, by outcome.",
                                               {{"outcome", succeeded == 1 ? "ok" : "error"}});
    }
    place->second.cpu = counter("status_backend_cpu_seconds_total",
                                "Processor time of the backend's calls, as far as it is known.", {});
    place->second.waited = counter("status_backend_wait_seconds_total",
                                   "Time of the backend's calls in which it did not compute for them.", {});
  }
  return place->second;
}

void BackendInstruments::call(const char* function, bool succeeded, std::chrono::nanoseconds cpu,
                              std::chrono::nanoseconds waited, bool remote) {
  const Function& entry = of(function);
  entry.calls[succeeded ? 1 : 0].add();
  entry.cpu.add(in_seconds(cpu));
  entry.waited.add(in_seconds(waited));
  if (remote) remote_.add(in_seconds(waited));
}

void watch_traffic(Registry& registry, std::function<TrafficLoad()> load) {
  const Counter in = registry.counter("process_network_receive_bytes_total", "Bytes received from other machines.");
  const Counter out = registry.counter("process_network_transmit_bytes_total", "Bytes sent to other machines.");
  registry.add_collector([=, load = std::move(load), counted = TrafficLoad{}](Snapshot&) mutable {
    const TrafficLoad now = load();
    add_growth(in, now.received, counted.received);
    add_growth(out, now.sent, counted.sent);
  });
}

}  // namespace status::metrics
