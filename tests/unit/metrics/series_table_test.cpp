#include "metrics/series_table.h"

#include <gtest/gtest.h>

#include "metrics/registry.h"

namespace status::metrics {
namespace {

Family counters(const std::string& name, const std::vector<std::pair<std::string, double>>& values) {
  Family family{name, "Help.", Kind::counter, {}, {}};
  for (const auto& [label, value] : values) {
    Sample sample;
    sample.labels = {{"x", label}};
    sample.value = value;
    family.samples.push_back(sample);
  }
  return family;
}

TEST(SeriesTable, IsSortedAndSigned) {
  const SeriesTable table = pack({counters("b", {{"2", 2}, {"1", 1}}), counters("a", {{"1", 7}})}, "chat");
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].name, "a");
  EXPECT_EQ(table[1].labels, "module=\"chat\",x=\"1\"\nmodule=\"chat\",x=\"2\"\n");
  EXPECT_EQ(table[1].numbers, (std::vector<double>{1, 2}));
}

TEST(SeriesTable, EqualSeriesOfOneSnapshotAddUpAndTheFirstShapeCounts) {
  Family gauges = counters("a", {{"1", 100}});
  gauges.kind = Kind::gauge;
  SeriesTable table = pack({counters("a", {{"1", 1}, {"2", 2}}), gauges, counters("a", {{"1", 10}})}, "chat");
  ASSERT_EQ(table.size(), 1U);
  EXPECT_EQ(table[0].numbers, (std::vector<double>{11, 2}));
  gauges.samples.push_back(gauges.samples[0]);
  gauges.samples[1].value = 5;
  table = pack({gauges}, "chat");
  EXPECT_EQ(table[0].numbers, std::vector<double>{5}) << "of gauges the last one stays";
}

TEST(SeriesTable, AHistogramIsOneRowOfNumbers) {
  Sample sample;
  sample.count = 5;
  sample.sum = 1.5;
  sample.buckets = {2, 4};
  const SeriesTable table = pack({{"h", "Help.", Kind::histogram, {0.1, 1}, {sample}}}, "chat");
  EXPECT_EQ(table[0].numbers, (std::vector<double>{2, 4, 5, 1.5}));
  EXPECT_EQ(series_count(table), 5U);
  const SeriesTable twice = carry_over(table, table, "chat");
  EXPECT_EQ(twice[0].numbers, (std::vector<double>{4, 8, 10, 3}));
}

TEST(SeriesTable, SumsKeepWhatEitherHas) {
  const SeriesTable one = pack({counters("a", {{"1", 1}, {"3", 3}}), counters("b", {{"1", 1}})}, "chat");
  const SeriesTable two = pack({counters("a", {{"2", 2}, {"3", 4}}), counters("c", {{"1", 1}})}, "chat");
  const SeriesTable sums = carry_over(one, two, "chat");
  ASSERT_EQ(sums.size(), 3U);
  EXPECT_EQ(sums[0].labels, "module=\"chat\",x=\"1\"\nmodule=\"chat\",x=\"2\"\nmodule=\"chat\",x=\"3\"\n");
  EXPECT_EQ(sums[0].numbers, (std::vector<double>{1, 2, 7}));
}

// A module that names its labels anew in each generation must not make the gateway grow.
TEST(SeriesTable, SumsAreBounded) {
  SeriesTable sums;
  double all = 0;
  for (int generation = 0; generation < 5; ++generation) {
    std::vector<std::pair<std::string, double>> values;
    for (int i = 0; i < 4'000; ++i) {
      values.emplace_back(std::to_string(generation) + "_" + std::to_string(i), 1);
      all += 1;
    }
    sums = carry_over(sums, pack({counters("a", values)}, "chat"), "chat");
    EXPECT_LE(series_count(sums), kMostCarried + 1);
  }
  double kept = 0;
  for (const double value : sums[0].numbers) kept += value;
  EXPECT_EQ(kept, all) << "nothing is lost, it only has no name of its own";
  EXPECT_NE(sums[0].labels.find("module=\"chat\",x=\"" + std::string(Registry::kOverflow) + "\"\n"), std::string::npos);
}

}  // namespace
}  // namespace status::metrics
