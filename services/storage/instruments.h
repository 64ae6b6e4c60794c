// What the storage module shows beside what every module does (metrics/README.md). Any thread.
#pragma once

#include <cstdint>
#include <functional>

#include "metrics/registry.h"

namespace status::storage {

struct Observed {
  std::uint64_t quota_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t reserved_bytes = 0;
  // The rest since the process started.
  std::uint64_t put_bytes = 0;
  std::uint64_t got_bytes = 0;
  std::uint64_t damaged_blocks = 0;
  std::uint64_t recovered_blocks = 0;
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t reclaimed_bytes = 0;
};

// Shows what `read` says at each collection, on the collecting thread; what it reads outlives the last one.
void watch_storage(metrics::Registry& registry, std::function<Observed()> read);

}  // namespace status::storage
