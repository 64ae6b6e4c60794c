// Looking into snapshots.
#pragma once

#include <algorithm>
#include <string_view>

#include "metrics/snapshot.h"

namespace status::metrics {

inline const Family* find_family(const Snapshot& snapshot, std::string_view name) {
  const auto found =
      std::ranges::find(snapshot, name, [](const Family& family) { return std::string_view(family.name); });
  return found == snapshot.end() ? nullptr : &*found;
}

// Null without such a series. `labels` in any order.
inline const Sample* find_sample(const Snapshot& snapshot, std::string_view name, Labels labels = {}) {
  std::ranges::sort(labels);
  const Family* family = find_family(snapshot, name);
  if (family == nullptr) return nullptr;
  const auto found = std::ranges::find(family->samples, labels, &Sample::labels);
  return found == family->samples.end() ? nullptr : &*found;
}

}  // namespace status::metrics
