#include "services/module_host/library_metrics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace status::module_host {
namespace {

constexpr std::size_t kMostNameBytes = 64;
const char* const kHelp = "What the module's library says of itself.";

const std::vector<double>& bounds() {
  static const std::vector<double> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return kBounds;
}

bool is_name(std::string_view name) {
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kMostNameBytes && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, ok);
}

}  // namespace

LibraryMetrics::LibraryMetrics(metrics::Registry& registry, std::string module)
    : registry_(registry),
      module_(std::move(module)),
      dropped_(registry.counter("status_library_metrics_dropped_total",
                                "Figures of a library that had a wrong name or kind, or were of one name too many.")) {}

std::string LibraryMetrics::full_name(std::string_view name) const {
  return "status_" + module_ + "_" + std::string(name);
}

// Null, and counted, where there is none. Nodes of the map stay where they are.
template <class Kind, class Make>
const Kind* LibraryMetrics::find(const char* name, Make make) {
  const std::string_view word = name == nullptr ? std::string_view() : name;
  const std::lock_guard lock(mutex_);
  auto found = instruments_.find(word);
  if (found == instruments_.end() && instruments_.size() < kMostNames && is_name(word)) {
    try {
      found = instruments_.emplace(word, make(full_name(word))).first;
    } catch (const std::logic_error&) {  // the host itself has one of that name and another kind
    }
  }
  const Kind* const kind = found == instruments_.end() ? nullptr : std::get_if<Kind>(&found->second);
  if (kind == nullptr) dropped_.add();
  return kind;
}

void LibraryMetrics::count(const char* name, double by) {
  const auto make = [this](std::string full) {
    if (!full.ends_with("_total")) full += "_total";
    return registry_.counter(full, kHelp);
  };
  const auto* const counter = find<metrics::Counter>(name, make);
  if (counter != nullptr && std::isfinite(by)) counter->add(by);
}

void LibraryMetrics::gauge(const char* name, double value) {
  const auto make = [this](const std::string& full) { return registry_.gauge(full, kHelp); };
  if (const auto* const gauge = find<metrics::Gauge>(name, make)) gauge->set(value);
}

void LibraryMetrics::observe(const char* name, double seconds) {
  const auto make = [this](const std::string& full) { return registry_.histogram(full, kHelp, bounds()); };
  const auto* const histogram = find<metrics::Histogram>(name, make);
  if (histogram != nullptr && std::isfinite(seconds)) histogram->observe(seconds);
}

}  // namespace status::module_host
