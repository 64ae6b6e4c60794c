#include "services/module_host/library_metrics.h"

#include <gtest/gtest.h>

namespace status::module_host {
namespace {

double value_of(const metrics::Registry& registry, const std::string& name) {
  for (const auto& family : registry.collect()) {
    if (family.name == name) return family.samples.front().value;
  }
  return -1;
}

TEST(LibraryMetrics, AreShownUnderTheModulesName) {
  metrics::Registry registry;
  LibraryMetrics metrics(registry, "m");
  metrics.count("calls", 1);
  metrics.count("calls", 2);
  metrics.count("bytes_total", 5);
  metrics.gauge("depth", 7);
  metrics.observe("wait_seconds", 0.5);
  EXPECT_EQ(value_of(registry, "status_m_calls_total"), 3);
  EXPECT_EQ(value_of(registry, "status_m_bytes_total"), 5);
  EXPECT_EQ(value_of(registry, "status_m_depth"), 7);
  EXPECT_EQ(value_of(registry, "status_library_metrics_dropped_total"), 0);
}

TEST(LibraryMetrics, AreFewOfProperNamesAndOneKindEach) {
  metrics::Registry registry;
  LibraryMetrics metrics(registry, "m");
  for (const char* name : {"", "Upper", "1st", "with space", "with-dash"}) metrics.count(name, 1);
  metrics.count(nullptr, 1);
  metrics.count(std::string(65, 'a').c_str(), 1);
  EXPECT_EQ(value_of(registry, "status_library_metrics_dropped_total"), 7);
  metrics.count("one", 1);
  metrics.gauge("one", 1);
  EXPECT_EQ(value_of(registry, "status_library_metrics_dropped_total"), 8);
  for (std::size_t i = 1; i < LibraryMetrics::kMostNames; ++i) metrics.gauge(("g" + std::to_string(i)).c_str(), 1);
  EXPECT_EQ(value_of(registry, "status_library_metrics_dropped_total"), 8);
  metrics.gauge("one_more", 1);
  metrics.gauge("g1", 2);
  EXPECT_EQ(value_of(registry, "status_library_metrics_dropped_total"), 9);
  EXPECT_EQ(value_of(registry, "status_m_g1"), 2);
}

}  // namespace
}  // namespace status::module_host
