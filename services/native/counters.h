// What the library has been seen to do, as metrics and for `info`.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "metrics/registry.h"
#include "services/host/native/dispatcher.h"
#include "services/native/api.h"

namespace status::native {

// Beside what the dispatcher counts.
struct OwnCounters {
  std::uint64_t events_too_large = 0;   // for the stream
  std::uint64_t handlers_restored = 0;  // of signals, that the library had replaced
};

// By name: late_replies, duplicate_replies, unknown_replies, stale_warnings, foreign_thread_callbacks, events,
// lost_events, handlers_restored.
std::vector<Counter> list_counters(const host::native::Dispatcher::Counters& counters, const OwnCounters& own);

// Shows them at each collection, as `status_native_observations_total` by `what`, and calls that wait. `read` is called
// on the collecting thread and outlives the registry's last collection.
struct Observations {
  std::vector<Counter> counters;
  std::size_t waiting = 0;
  std::size_t given_up = 0;
};
void watch_library(metrics::Registry& registry, std::function<Observations()> read);

}  // namespace status::native
