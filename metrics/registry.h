// All series of one process, with a cap: past it a family's further label sets share one series, so that nobody's
// labels can make the process or the scrape grow without bound.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "metrics/instrument.h"
#include "metrics/snapshot.h"

namespace status::metrics {

struct RegistryOptions {
  std::size_t max_series = 2'000;
};

// Any thread. Getting a series takes a lock and a look-up; the same name and labels give the same series. Names and
// labels are constants of the code: one that Prometheus does not allow, or a name used with two kinds, throws
// std::logic_error.
class Registry {
 public:
  static constexpr const char* kOverflow = "_overflow";  // every label value of the shared series

  explicit Registry(RegistryOptions options = {});
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter counter(const std::string& name, const std::string& help, Labels labels = {});
  Gauge gauge(const std::string& name, const std::string& help, Labels labels = {});
  // `bounds` ascending; those of the first call count for the whole family.
  Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                      Labels labels = {});

  // How many more time series there is room for.
  std::size_t room() const;

  // Runs before each collection, on the collecting thread: sets gauges, or appends families of its own.
  using Collector = std::function<void(Snapshot&)>;
  void add_collector(Collector collector);

  // Everything now, `status_metrics_overflowed_total` among it: label sets that got no series of their own.
  Snapshot collect() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace status::metrics
