#include "services/storage/instruments.h"

namespace status::storage {

void watch_storage(metrics::Registry& registry, std::function<Observed()> read) {
  const auto space = [&registry](const char* kind) {
    return registry.gauge("status_storage_bytes", "The quota, and what datasets and unfinished puts take of it.",
                          {{"kind", kind}});
  };
  const auto moved = [&registry](const char* direction) {
    return registry.counter("status_storage_transfer_bytes_total", "Bytes of files that were moved.",
                            {{"direction", direction}});
  };
  const auto removed = [&registry](const char* why) {
    return registry.counter("status_storage_removed_total", "Datasets that went without being asked for.",
                            {{"why", why}});
  };
  const metrics::Gauge quota = space("quota");
  const metrics::Gauge used = space("used");
  const metrics::Gauge reserved = space("reserved");
  // One counter for each of the rest, in this order.
  struct Counted {
    metrics::Counter counter;
    std::uint64_t Observed::*what;
    std::uint64_t before = 0;
  };
  std::vector<Counted> counted = {
      {moved("put"), &Observed::put_bytes},
      {moved("get"), &Observed::got_bytes},
      {registry.counter("status_storage_damaged_blocks_total",
                        "Blocks that were not what was stored when they were read."),
       &Observed::damaged_blocks},
      {registry.counter("status_storage_recovered_blocks_total", "Blocks that parity gave back."),
       &Observed::recovered_blocks},
      {removed("expired"), &Observed::expired},
      {removed("evicted"), &Observed::evicted},
      {registry.counter("status_storage_reclaimed_bytes_total", "Of files that an end without warning left behind."),
       &Observed::reclaimed_bytes}};
  registry.add_collector([=, read = std::move(read), counted = std::move(counted)](metrics::Snapshot&) mutable {
    const Observed now = read();
    quota.set(static_cast<double>(now.quota_bytes));
    used.set(static_cast<double>(now.used_bytes));
    reserved.set(static_cast<double>(now.reserved_bytes));
    for (Counted& each : counted) {
      each.counter.add(static_cast<double>(now.*each.what - each.before));
      each.before = now.*each.what;
    }
  });
}

}  // namespace status::storage
