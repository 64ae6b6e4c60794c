#include "metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "metrics/merge.h"

namespace status::metrics {
namespace {

// What a caller says of the module that it called, and the gateway of those that have messages; all else a module says
// of itself.
bool is_of_another(const std::string& reporter, std::string_view family, const Labels& labels) {
  if (family == "status_custody_waiting_messages" || family == "status_custody_overdue_messages") {
    return reporter == "gateway";
  }
  if (family == "status_rpc_requests_total" || family == "status_rpc_duration_seconds") return true;
  if (family != "status_rpc_stage_seconds_total" && family != "status_rpc_stage_duration_seconds") return false;
  return std::ranges::find(labels, std::pair<std::string, std::string>("stage", "reply")) != labels.end();
}

void set_label(Labels& labels, std::string_view name, std::string_view value, bool only_if_there) {
  const auto known = std::ranges::find(labels, name, [](const auto& label) { return std::string_view(label.first); });
  if (known != labels.end()) {
    known->second = value;
  } else if (!only_if_there) {
    labels.insert(std::ranges::lower_bound(labels, std::pair(std::string(name), std::string())),
                  std::pair(std::string(name), std::string(value)));
  }
}

// The family as it is shown: with who reported it.
Family signed_by(const std::string& module, Family family) {
  for (Sample& sample : family.samples) {
    const bool keeps_module = is_of_another(module, family.name, sample.labels);
    const bool has_module =
        std::ranges::any_of(sample.labels, [](const auto& label) { return label.first == "module"; });
    if (!keeps_module || !has_module) set_label(sample.labels, "module", module, false);
    if (keeps_module) set_label(sample.labels, "caller", module, true);
  }
  return family;
}

double sum_of(const Snapshot& snapshot, std::string_view family, Kind kind) {
  double sum = 0;
  for (const Family& each : snapshot) {
    if (each.name != family || each.kind != kind) continue;
    for (const Sample& sample : each.samples) sum += sample.value;
  }
  return sum;
}

prometheus::ClientMetric to_metric(const Sample& sample, const Family& family) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  if (family.kind == Kind::counter) metric.counter.value = sample.value;
  if (family.kind == Kind::gauge) metric.gauge.value = sample.value;
  if (family.kind == Kind::histogram) {
    metric.histogram.sample_count = sample.count;
    metric.histogram.sample_sum = sample.sum;
    for (std::size_t i = 0; i < family.bounds.size(); ++i) {
      metric.histogram.bucket.push_back({sample.buckets[i], family.bounds[i]});
    }
    // The serializer adds +Inf by itself.
  }
  return metric;
}

prometheus::MetricFamily to_prometheus(const Family& family) {
  constexpr prometheus::MetricType kTypes[] = {prometheus::MetricType::Counter, prometheus::MetricType::Gauge,
                                               prometheus::MetricType::Histogram};
  prometheus::MetricFamily out{family.name, family.help, kTypes[static_cast<std::size_t>(family.kind)], {}};
  for (const Sample& sample : family.samples) out.metric.push_back(to_metric(sample, family));
  return out;
}

}  // namespace

void Exposition::set_row(ModuleRow row) {
  Module& module = modules_[row.name];
  module.row = std::move(row);
}

void Exposition::remove_row(std::string_view module) {
  if (const auto known = modules_.find(module); known != modules_.end()) known->second.row.reset();
}

void Exposition::restarted(std::string_view module, const std::string& cause) {
  ++modules_[std::string(module)].restarts[cause];
}

void Exposition::update(std::string_view name, std::uint64_t generation, Snapshot snapshot, MonotonicTime now) {
  Module& module = modules_[std::string(name)];
  if (generation < module.generation) return;
  if (generation > module.generation) end_generation(module);
  module.generation = generation;
  module.collected = now;
  module.current = std::move(snapshot);
}

void Exposition::ended(std::string_view name, std::uint64_t generation) {
  const auto known = modules_.find(name);
  if (known == modules_.end() || known->second.generation > generation) return;
  end_generation(known->second);
  // What was on its way when it died comes too late: its values are in the sums already.
  known->second.generation = generation + 1;
}

void Exposition::end_generation(Module& module) {
  Merge sums;
  for (const Family& family : module.ended) sums.add(family);
  for (const Family& family : module.current) {
    if (family.kind != Kind::gauge) sums.add(family);
  }
  module.ended = sums.take();
  module.current.clear();
  module.collected.reset();
}

Snapshot Exposition::merged(MonotonicTime now) const {
  SupervisorFamilies supervisor;
  if (supervisor_) supervisor.add(*supervisor_);
  for (const auto& [name, module] : modules_) {
    if (!module.row) continue;
    std::optional<double> age;
    if (module.collected) age = std::chrono::duration<double>(now - *module.collected).count();
    supervisor.add(*module.row, module.restarts, age);
  }
  // First, so that no module can take these names.
  Merge all;
  for (const Family& family : supervisor.take()) all.add(family);
  for (const auto& [name, module] : modules_) {
    if (!module.row) continue;
    // Alone at first: what is one sum now and two numbers before must not differ in the last digit when others are
    // added, for a counter that falls by that much has fallen.
    Merge own;
    for (const Snapshot* part : {&module.ended, &module.current}) {
      for (const Family& family : *part) {
        if (!SupervisorFamilies::reserves(family.name)) own.add(family);
      }
    }
    for (Family& family : own.take()) all.add(signed_by(name, std::move(family)));
  }
  return all.take();
}

std::string Exposition::text(MonotonicTime now) const {
  std::vector<prometheus::MetricFamily> families;
  for (const Family& family : merged(now)) {
    if (!family.samples.empty()) families.push_back(to_prometheus(family));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

double Exposition::counted(std::string_view module, std::string_view family) const {
  const auto known = modules_.find(module);
  if (known == modules_.end()) return 0;
  return sum_of(known->second.ended, family, Kind::counter) + sum_of(known->second.current, family, Kind::counter);
}

double Exposition::measured(std::string_view module, std::string_view family) const {
  const auto known = modules_.find(module);
  return known == modules_.end() ? 0 : sum_of(known->second.current, family, Kind::gauge);
}

std::size_t Exposition::series(MonotonicTime now) const { return series_count(merged(now)); }

}  // namespace status::metrics
