#include "metrics/snapshot.h"

#include <gtest/gtest.h>

#include <limits>

#include "ipc/base/codec.h"
#include "metrics/registry.h"
#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

// One family as it travels.
Value family(Value name, Value kind, Value bounds, Value samples) {
  return Value::map({{"families", Value::array({Value::array({std::move(name), "Help.", std::move(kind),
                                                              std::move(bounds), std::move(samples)})})}});
}

TEST(Snapshot, TravelsAsMessagePack) {
  Registry registry;
  registry.counter("a_total", "A.", {{"x", "1"}}).add(3);
  registry.gauge("g", "G.").set(-0.5);
  const Histogram histogram = registry.histogram("h", "H.", {0.5, 2}, {{"x", "é\"\n"}});
  histogram.observe(1.0);
  histogram.observe(9.0);
  const Snapshot before = registry.collect();
  const auto value = decode_msgpack(encode_msgpack(encode(before)));
  ASSERT_TRUE(value);
  const auto after = decode(*value);
  ASSERT_TRUE(after) << after.error().describe();
  EXPECT_EQ(encode(*after), encode(before));
  EXPECT_EQ(find_sample(*after, "a_total", {{"x", "1"}})->value, 3);
  EXPECT_EQ(find_sample(*after, "g")->value, -0.5);
  EXPECT_EQ(find_sample(*after, "h", {{"x", "é\"\n"}})->buckets, (std::vector<std::uint64_t>{0, 1}));
  EXPECT_EQ(find_family(*after, "h")->bounds, (std::vector<double>{0.5, 2}));
}

TEST(Snapshot, IsCompact) {
  Registry registry;
  for (int i = 0; i < 100; ++i) registry.counter("a_total", "A.", {{"method", "m" + std::to_string(i)}}).add(i);
  EXPECT_LT(encode_msgpack(encode(registry.collect())).size(), 100U * 24 + 200);
}

TEST(Snapshot, LabelsAreSorted) {
  const auto decoded = decode(
      family("a", "gauge", Value::array({}), Value::array({Value::array({Value::array({"y", "1", "x", "2"}), 1})})));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->at(0).samples[0].labels, (Labels{{"x", "2"}, {"y", "1"}}));
}

TEST(Snapshot, BadOnesAreRefused) {
  const Value none = Value::array({});
  const Value one = Value::array({Value::array({none, 1})});
  const auto sample = [&](Value labels, Value value) {
    return Value::array({Value::array({std::move(labels), std::move(value)})});
  };
  const auto histogram = [&](int first, int second, int count) {
    return family("h", "histogram", Value::array({0.1, 0.2}),
                  Value::array({Value::array({none, count, 0.5, Value::array({first, second})})}));
  };
  const auto summary = [](Value quantiles, Value labels, Value values) {
    return family("s", "summary", std::move(quantiles),
                  Value::array({Value::array({std::move(labels), 2, 0.5, std::move(values)})}));
  };
  ASSERT_TRUE(decode(family("a", "gauge", none, one)));
  ASSERT_TRUE(decode(family("a", "untyped", none, one)));
  ASSERT_TRUE(decode(family("a", "gauge", none, sample(Value::array({"le", "1"}), 1)))) << "no bucket's";
  ASSERT_TRUE(decode(summary(none, none, none))) << "count and sum alone";
  ASSERT_TRUE(decode(summary(Value::array({0.5}), none, Value::array({std::numeric_limits<double>::quiet_NaN()}))));
  ASSERT_TRUE(decode(histogram(1, 2, 3)));
  const Value bad[] = {
      Value(),
      Value::map({}),
      Value::map({{"families", 1}}),
      Value::map({{"families", Value::array({1})}}),
      family("0a", "gauge", none, one),
      family("a b", "gauge", none, one),
      family("a\n", "gauge", none, one),
      family("", "gauge", none, one),
      family(1, "gauge", none, one),
      family("a", "summary", none, one),
      family("a", "gauge", Value::array({1}), one),
      family("a", "gauge", none, sample(Value::array({"x"}), 1)),
      family("a", "gauge", none, sample(Value::array({"x", 1}), 1)),
      family("a", "gauge", none, sample(Value::array({"__x", "1"}), 1)),
      family("a", "gauge", none, sample(Value::array({"x", "\xff"}), 1)),
      family("a", "gauge", none, sample(Value::array({"x", std::string("a\0b", 3)}), 1)),
      family("a", "gauge", none, sample(Value::array({"x", "1", "x", "2"}), 1)),
      family("a", "gauge", none, sample(Value::array({"x", std::string(2000, 'v')}), 1)),
      family("a", "gauge", none, sample(none, "1")),
      family("a", "gauge", none, sample(none, std::numeric_limits<double>::quiet_NaN())),
      family("a", "counter", none, sample(none, -1)),
      family("h", "histogram", none, none),
      family("h", "histogram", Value::array({0.2, 0.1}), none),
      histogram(2, 1, 3),
      histogram(1, 4, 3),
      family("h", "histogram", Value::array({1}),
             Value::array({Value::array({Value::array({"le", "1"}), 1, 0.5, Value::array({1})})})),
      summary(Value::array({0.5}), none, Value::array({})),
      summary(Value::array({0.5}), none, Value::array({"x"})),
      summary(Value::array({1.5}), none, Value::array({1})),
      summary(Value::array({0.5}), Value::array({"quantile", "1"}), Value::array({1})),
      summary(Value::array({0.5}), none, Value::array({std::numeric_limits<double>::infinity()})),
  };
  for (const Value& value : bad) {
    const auto decoded = decode(value);
    ASSERT_FALSE(decoded) << to_json(value);
    EXPECT_EQ(decoded.error().reason, "metrics.bad_snapshot") << to_json(value);
  }
}

TEST(Snapshot, TooManySeriesAreRefused) {
  const Value::Array samples(10, Value::array({Value::array({}), 1}));
  EXPECT_EQ(decode(family("a", "gauge", Value::array({}), samples), 9).error().code, Code::resource_exhausted);
  EXPECT_TRUE(decode(family("a", "gauge", Value::array({}), samples), 10));
}

}  // namespace
}  // namespace status::metrics
