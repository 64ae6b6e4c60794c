#include "services/native/counters.h"

#include <functional>
#include <map>
#include <string>

namespace status::native {

std::vector<Counter> list_counters(const host::native::Dispatcher::Counters& counters, const OwnCounters& own) {
  return {{"late_replies", counters.replies.late},
          {"duplicate_replies", counters.replies.duplicate},
          {"unknown_replies", counters.replies.unknown},
          {"stale_warnings", counters.running},
          {"foreign_thread_callbacks", counters.foreign_thread},
          {"events", counters.events},
          {"lost_events", counters.lost_events + own.events_too_large},
          {"handlers_restored", own.handlers_restored}};
}

void watch_library(metrics::Registry& registry, std::function<Observations()> read) {
  const metrics::Gauge waiting =
      registry.gauge("status_native_waiting_calls", "Calls whose callback has not come yet.");
  const metrics::Gauge given_up = registry.gauge(
      "status_native_given_up_calls", "Calls that were answered at their deadline and whose callback has not come.");
  registry.add_collector([&registry, waiting, given_up, read = std::move(read),
                          shown = std::map<std::string, std::uint64_t>()](metrics::Snapshot&) mutable {
    const Observations now = read();
    waiting.set(static_cast<double>(now.waiting));
    given_up.set(static_cast<double>(now.given_up));
    for (const auto& [name, value] : now.counters) {
      const metrics::Counter counter = registry.counter("status_native_observations_total",
                                                        "What the library has been seen to do.", {{"what", name}});
      std::uint64_t& before = shown[name];
      counter.add(static_cast<double>(value - before));
      before = value;
    }
  });
}

}  // namespace status::native
