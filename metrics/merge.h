// Adding snapshots up. Private to metrics.
#pragma once

#include <map>
#include <string>

#include "metrics/snapshot.h"

namespace status::metrics {

// Families by name, samples by labels; equal counters and histograms add up, of equal gauges the last one stays.
class Merge {
 public:
  // False when the family is known with another kind or other bounds: nothing was added.
  bool add(const Family& family);
  Snapshot take();

 private:
  struct Merged {
    Family head;  // without samples
    std::map<Labels, Sample> samples;
  };
  std::map<std::string, Merged> families_;
};

}  // namespace status::metrics
