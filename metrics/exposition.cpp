#include "metrics/exposition.h"

#include <algorithm>
#include <utility>

#include "metrics/page.h"

namespace status::metrics {
namespace {

double sum_of(const SeriesTable& table, std::string_view name, Kind kind) {
  const auto family = std::ranges::lower_bound(table, name, {}, &SeriesFamily::name);
  if (family == table.end() || family->name != name || family->kind != kind) return 0;
  double sum = 0;
  for (const double value : family->numbers) sum += value;
  return sum;
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

void Exposition::update(std::string_view name, std::uint64_t generation, const Snapshot& snapshot, MonotonicTime now) {
  const auto place = modules_.try_emplace(std::string(name)).first;
  Module& module = place->second;
  if (generation < module.generation) return;
  if (generation > module.generation) end_generation(place->first, module);
  module.generation = generation;
  module.collected = now;
  module.current = pack(snapshot, name);
}

void Exposition::ended(std::string_view name, std::uint64_t generation) {
  const auto known = modules_.find(name);
  if (known == modules_.end() || known->second.generation > generation) return;
  end_generation(known->first, known->second);
  // What was on its way when it died comes too late: its values are in the sums already.
  known->second.generation = generation + 1;
}

void Exposition::end_generation(const std::string& name, Module& module) {
  module.ended = carry_over(module.ended, module.current, name);
  module.current.clear();
  module.collected.reset();
}

SeriesTable Exposition::supervisors(MonotonicTime now) const {
  SupervisorFamilies families;
  if (supervisor_) families.add(*supervisor_);
  for (const auto& [name, module] : modules_) {
    if (!module.row) continue;
    std::optional<double> age;
    if (module.collected) age = std::chrono::duration<double>(now - *module.collected).count();
    families.add(*module.row, module.restarts, age);
  }
  return pack(families.take(), {});
}

std::string Exposition::text(MonotonicTime now) const {
  const SeriesTable supervisor = supervisors(now);
  const SeriesTable nothing;
  Page page;
  page.add(nothing, supervisor);
  for (const auto& [name, module] : modules_) {
    if (module.row) page.add(module.ended, module.current);
  }
  std::string text = page.text(page_bytes_ + page_bytes_ / 16);
  page_bytes_ = text.size();
  return text;
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

}  // namespace status::metrics
