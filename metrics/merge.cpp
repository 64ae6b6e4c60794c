#include "metrics/merge.h"

#include <utility>

namespace status::metrics {
namespace {

void add_up(Sample& into, const Sample& from, Kind kind) {
  if (kind == Kind::gauge) {
    into.value = from.value;
    return;
  }
  into.value += from.value;
  into.count += from.count;
  into.sum += from.sum;
  for (std::size_t i = 0; i < into.buckets.size(); ++i) into.buckets[i] += from.buckets[i];
}

}  // namespace

bool Merge::add(const Family& family) {
  const auto [place, fresh] = families_.try_emplace(family.name);
  Merged& merged = place->second;
  if (fresh) merged.head = Family{family.name, family.help, family.kind, family.bounds, {}};
  if (merged.head.kind != family.kind || merged.head.bounds != family.bounds) return false;
  for (const Sample& sample : family.samples) {
    const auto [known, added] = merged.samples.try_emplace(sample.labels, sample);
    if (!added) add_up(known->second, sample, family.kind);
  }
  return true;
}

Snapshot Merge::take() {
  Snapshot snapshot;
  for (auto& [name, merged] : std::exchange(families_, {})) {
    Family family = std::move(merged.head);
    for (auto& [labels, sample] : merged.samples) family.samples.push_back(std::move(sample));
    snapshot.push_back(std::move(family));
  }
  return snapshot;
}

}  // namespace status::metrics
