#include "metrics/registry.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "metrics/instruments.h"
#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

TEST(Registry, SameLabelsSameSeries) {
  Registry registry;
  registry.counter("a_total", "A.", {{"x", "1"}, {"y", "2"}}).add();
  registry.counter("a_total", "A.", {{"y", "2"}, {"x", "1"}}).add(2);
  registry.counter("a_total", "A.", {{"x", "2"}, {"y", "2"}}).add(-5);
  const Snapshot snapshot = registry.collect();
  EXPECT_EQ(find_sample(snapshot, "a_total", {{"x", "1"}, {"y", "2"}})->value, 3);
  EXPECT_EQ(find_sample(snapshot, "a_total", {{"x", "2"}, {"y", "2"}})->value, 0) << "counters never fall";
  EXPECT_EQ(find_family(snapshot, "a_total")->help, "A.");
}

TEST(Registry, HistogramBucketsAreCumulative) {
  Registry registry;
  const Histogram histogram = registry.histogram("h_seconds", "H.", {0.001, 0.01});
  histogram.observe(std::chrono::microseconds(500));
  histogram.observe(std::chrono::milliseconds(5));
  histogram.observe(1.0);
  const Snapshot snapshot = registry.collect();
  const Sample* sample = find_sample(snapshot, "h_seconds");
  ASSERT_NE(sample, nullptr);
  EXPECT_EQ(sample->buckets, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(sample->count, 3U);
  EXPECT_NEAR(sample->sum, 1.0055, 1e-9);
  EXPECT_EQ(series_count(*find_family(snapshot, "h_seconds")), 5U);
}

TEST(Registry, CapSharesOneSeriesAndSaysSo) {
  Registry registry({.max_series = 3});
  for (int i = 0; i < 5; ++i) registry.counter("c_total", "C.", {{"n", std::to_string(i)}}).add();
  registry.counter("c_total", "C.", {{"n", "0"}}).add();
  registry.histogram("h", "H.", {1}, {{"n", "0"}}).observe(2.0);
  const Snapshot snapshot = registry.collect();
  EXPECT_EQ(find_family(snapshot, "c_total")->samples.size(), 4U);
  EXPECT_EQ(find_sample(snapshot, "c_total", {{"n", "0"}})->value, 2) << "known series are not affected";
  EXPECT_EQ(find_sample(snapshot, "c_total", {{"n", Registry::kOverflow}})->value, 2);
  EXPECT_EQ(find_sample(snapshot, "h", {{"n", Registry::kOverflow}})->count, 1U);
  EXPECT_EQ(find_sample(snapshot, "status_metrics_overflowed_total")->value, 3);
}

TEST(Registry, MisuseIsAnError) {
  Registry registry;
  registry.counter("a_total", "A.");
  EXPECT_THROW(registry.gauge("a_total", "A."), std::logic_error);
}

TEST(Registry, CollectorsRunFirstAndMayAskForSeries) {
  Registry registry;
  registry.add_collector([&](Snapshot& snapshot) {
    registry.gauge("g", "G.").set(7);
    snapshot.push_back({"own", "", Kind::gauge, {}, {Sample{}}});
  });
  const Snapshot snapshot = registry.collect();
  EXPECT_EQ(find_sample(snapshot, "g")->value, 7);
  EXPECT_NE(find_sample(snapshot, "own"), nullptr);
}

TEST(Registry, ThreadsShareSeries) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) registry.counter("a_total", "A.", {{"n", std::to_string(i % 10)}}).add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(find_sample(registry.collect(), "a_total", {{"n", "3"}})->value, 400);
}

TEST(Instruments, HasTheStandardContent) {
  Instruments instruments({.module = "chat", .version = "1.2"});
  instruments.database().record(2, std::chrono::milliseconds(3));
  watch_stream(instruments.registry(), "messages", [] { return StreamLoad{.depth = 9, .lag = 2, .dropped = 4}; });
  const Snapshot snapshot = instruments.registry().collect();
  EXPECT_EQ(find_sample(snapshot, "status_build_info", {{"version", "1.2"}, {"revision", ""}})->value, 1);
  EXPECT_NEAR(find_sample(snapshot, "status_database_seconds_total", {{"operation", "commit"}})->value, 0.003, 1e-9);
  EXPECT_EQ(find_sample(snapshot, "status_database_operations_total", {{"operation", "read"}})->value, 0);
  EXPECT_EQ(find_sample(snapshot, "status_stream_dropped_total", {{"stream", "messages"}})->value, 4);
  EXPECT_NE(find_sample(snapshot, "process_threads"), nullptr);
  EXPECT_LE(series_count(snapshot), 40U) << "what an idle module costs of the node's 1,500";
}

}  // namespace
}  // namespace status::metrics
