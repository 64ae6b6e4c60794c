#include "metrics/registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <variant>

namespace status::metrics {
namespace {

template <class T>
struct FamilyState {
  prometheus::Family<T>* family = nullptr;
  std::map<Labels, T*> series;
  T* overflow = nullptr;
};

using AnyFamily =
    std::variant<FamilyState<prometheus::Counter>, FamilyState<prometheus::Gauge>, FamilyState<prometheus::Histogram>>;

Sample to_sample(const prometheus::ClientMetric& metric, Kind kind) {
  Sample sample;
  for (const auto& label : metric.label) sample.labels.emplace_back(label.name, label.value);
  std::ranges::sort(sample.labels);
  if (kind == Kind::counter) sample.value = metric.counter.value;
  if (kind == Kind::gauge) sample.value = metric.gauge.value;
  if (kind == Kind::histogram) {
    sample.count = metric.histogram.sample_count;
    sample.sum = metric.histogram.sample_sum;
    // The library's last bucket is +Inf, which equals the count.
    for (std::size_t i = 0; i + 1 < metric.histogram.bucket.size(); ++i) {
      sample.buckets.push_back(metric.histogram.bucket[i].cumulative_count);
    }
  }
  return sample;
}

Family to_family(const prometheus::MetricFamily& from) {
  Family family{from.name, from.help, Kind::counter, {}, {}};
  if (from.type == prometheus::MetricType::Gauge) family.kind = Kind::gauge;
  if (from.type == prometheus::MetricType::Histogram) {
    family.kind = Kind::histogram;
    const auto& buckets = from.metric.front().histogram.bucket;
    for (std::size_t i = 0; i + 1 < buckets.size(); ++i) family.bounds.push_back(buckets[i].upper_bound);
  }
  for (const auto& metric : from.metric) family.samples.push_back(to_sample(metric, family.kind));
  return family;
}

}  // namespace

struct Registry::Impl {
  explicit Impl(RegistryOptions given) : options(given) {}

  // `weight`: time series that one of T takes.
  template <class T, class Build, class... Args>
  T& get(const std::string& name, const std::string& help, Labels labels, std::size_t weight, Build build,
         const Args&... args) {
    std::ranges::sort(labels);
    const std::lock_guard lock(mutex);
    auto [place, fresh] = families.try_emplace(name, FamilyState<T>{});
    auto* state = std::get_if<FamilyState<T>>(&place->second);
    if (state == nullptr) throw std::logic_error("metric " + name + " is used as two kinds");
    if (fresh) state->family = &build().Name(name).Help(help).Register(registry);
    if (const auto known = state->series.find(labels); known != state->series.end()) return *known->second;
    if (series + weight <= options.max_series) {
      series += weight;
      T& added = state->family->Add(prometheus::Labels(labels.begin(), labels.end()), args...);
      state->series.emplace(std::move(labels), &added);
      return added;
    }
    overflowed += 1;
    if (state->overflow == nullptr) {
      for (auto& [label, value] : labels) value = kOverflow;
      state->overflow = &state->family->Add(prometheus::Labels(labels.begin(), labels.end()), args...);
    }
    return *state->overflow;
  }

  const RegistryOptions options;
  mutable std::mutex mutex;
  prometheus::Registry registry;
  std::map<std::string, AnyFamily> families;
  std::mutex collecting;
  std::list<Collector> collectors;  // none ever goes
  std::size_t series = 0;
  std::uint64_t overflowed = 0;
};

Registry::Registry(RegistryOptions options) : impl_(std::make_unique<Impl>(options)) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, Labels labels) {
  return Counter(impl_->get<prometheus::Counter>(name, help, std::move(labels), 1, prometheus::BuildCounter));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, Labels labels) {
  return Gauge(impl_->get<prometheus::Gauge>(name, help, std::move(labels), 1, prometheus::BuildGauge));
}

Histogram Registry::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                              Labels labels) {
  return Histogram(impl_->get<prometheus::Histogram>(name, help, std::move(labels), bounds.size() + 3,
                                                     prometheus::BuildHistogram, bounds));
}

std::size_t Registry::room() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->options.max_series - impl_->series;
}

void Registry::add_collector(Collector collector) {
  const std::lock_guard lock(impl_->mutex);
  impl_->collectors.push_back(std::move(collector));
}

Snapshot Registry::collect() const {
  // Themselves, one after the other, and no copies: they may count what they saw.
  const std::lock_guard one_at_a_time(impl_->collecting);
  std::vector<const Collector*> collectors;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const Collector& collector : impl_->collectors) collectors.push_back(&collector);
  }
  Snapshot snapshot;
  // Without the lock: a collector may ask for series.
  for (const Collector* collector : collectors) (*collector)(snapshot);
  for (const prometheus::MetricFamily& family : impl_->registry.Collect()) {
    if (!family.metric.empty()) snapshot.push_back(to_family(family));
  }
  const std::lock_guard lock(impl_->mutex);
  Sample overflowed;
  overflowed.value = static_cast<double>(impl_->overflowed);
  snapshot.push_back({"status_metrics_overflowed_total",
                      "Label sets that share one series because the module has too many.",
                      Kind::counter,
                      {},
                      {std::move(overflowed)}});
  return snapshot;
}

}  // namespace status::metrics
