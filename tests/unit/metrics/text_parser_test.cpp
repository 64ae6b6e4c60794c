#include "metrics/text_parser.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/exposition.h"
#include "tests/unit/metrics/find_sample.h"

namespace status::metrics {
namespace {

bool everything(std::string_view) { return true; }

Result<ParsedText> parse(std::string_view text, const TextLimits& limits = {}) {
  return parse_text(text, everything, limits);
}

Snapshot good(std::string_view text) {
  Result<ParsedText> parsed = parse(text);
  EXPECT_TRUE(parsed) << parsed.error().describe();
  // Whoever asks the module for its figures must take them.
  if (parsed) {
    const auto travelled = decode(encode(parsed->families));
    EXPECT_TRUE(travelled) << travelled.error().describe();
  }
  return parsed ? std::move(parsed->families) : Snapshot();
}

TEST(TextParser, TakesEveryKind) {
  const Snapshot all = good(R"(# HELP peers Connected peers,\nall \\ of them.
# TYPE peers gauge
peers{agent="nwaku",note="a\"b\\c\nd,}"} 7
peers 1.5
# TYPE seen_total counter
seen_total 12 1569332171696
# TYPE wait histogram
wait_bucket{le="0.5"} 1
wait_bucket{le="1.0"} 3
wait_bucket{le="+Inf"} 4.0
wait_sum 6.7
wait_count 4
# TYPE size summary
size{quantile="0.5"} 10
size{quantile="0.99"} NaN
size_sum 33
size_count 3
strange -0.25
)");
  EXPECT_EQ(all.size(), 5U);
  EXPECT_EQ(find_family(all, "peers")->help, "Connected peers,\nall \\ of them.");
  EXPECT_EQ(find_sample(all, "peers", {{"agent", "nwaku"}, {"note", "a\"b\\c\nd,}"}})->value, 7);
  EXPECT_EQ(find_sample(all, "peers")->value, 1.5);
  EXPECT_EQ(find_family(all, "seen_total")->kind, Kind::counter);
  EXPECT_EQ(find_sample(all, "seen_total")->value, 12);
  EXPECT_EQ(find_family(all, "wait")->bounds, (std::vector<double>{0.5, 1}));
  const Sample* wait = find_sample(all, "wait");
  EXPECT_EQ(wait->buckets, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(wait->count, 4U);
  EXPECT_EQ(wait->sum, 6.7);
  const Sample* size = find_sample(all, "size");
  EXPECT_EQ(find_family(all, "size")->kind, Kind::summary);
  EXPECT_EQ(size->quantiles[0], 10);
  EXPECT_TRUE(std::isnan(size->quantiles[1]));
  EXPECT_EQ(size->count, 3U);
  EXPECT_EQ(find_family(all, "strange")->kind, Kind::untyped);
  EXPECT_EQ(find_sample(all, "strange")->value, -0.25);
}

// As the metrics library of Nim writes them.
TEST(TextParser, TakesWhatNimWrites) {
  const Snapshot all = good(R"(# HELP libp2p_dials dial attempts
# TYPE libp2p_dials counter
libp2p_dials_total{kind="tcp"} 3.0 1569340503703
libp2p_dials_created{kind="tcp"} 1569340503.0

# TYPE waku_size summary
waku_size_sum 10.5 1569332171696
waku_size_count 2.0 1569332171696
waku_size_created 1569332171.0
# TYPE power collector
power 5.0
)");
  EXPECT_EQ(find_family(all, "libp2p_dials_total")->kind, Kind::counter);
  EXPECT_EQ(find_family(all, "libp2p_dials_total")->help, "dial attempts");
  EXPECT_EQ(find_sample(all, "libp2p_dials_total", {{"kind", "tcp"}})->value, 3);
  EXPECT_EQ(find_family(all, "libp2p_dials_created")->kind, Kind::untyped);
  EXPECT_EQ(find_sample(all, "waku_size")->sum, 10.5);
  EXPECT_TRUE(find_family(all, "waku_size")->bounds.empty());
  EXPECT_EQ(find_family(all, "power")->kind, Kind::untyped) << "a word that only that library has";
}

TEST(TextParser, TakesWhatTheExpositionWrites) {
  Exposition exposition;
  exposition.set_row({"chat", "chat team", "ready"});
  Sample sample;
  sample.labels = {{"x", "\"\n\\"}};
  sample.count = 9;
  sample.buckets = {1, 9};
  exposition.update("chat", 1, {{"h", "A\nB\\", Kind::histogram, {0.0005, 1}, {sample}}}, {});
  const Snapshot all = good(exposition.text({}));
  EXPECT_EQ(find_family(all, "h")->help, "A\nB\\");
  EXPECT_EQ(find_family(all, "h")->bounds, (std::vector<double>{0.0005, 1}));
  EXPECT_EQ(find_sample(all, "h", {{"x", "\"\n\\"}, {"module", "chat"}})->buckets, (std::vector<std::uint64_t>{1, 9}));
}

TEST(TextParser, TakesTheFreedomsOfTheFormat) {
  EXPECT_TRUE(good("").empty());
  EXPECT_TRUE(good("\n\n# a comment\n#\n# EOF\n").empty());
  EXPECT_EQ(find_sample(good("  a  { x = \"1\" , }   2  3 \r\n"), "a", {{"x", "1"}})->value, 2);
  EXPECT_EQ(find_sample(good("a{} 1e3"), "a")->value, 1000) << "the last line needs no end";
  EXPECT_TRUE(good("a NaN\nb +Inf\nc -Inf\nd 1e999\n").empty()) << "they have no value now";
  EXPECT_TRUE(good("# HELP a " + std::string(2'000, 'x') + "\na 1\n")[0].help.empty()) << "nobody needs so long a help";
  EXPECT_EQ(good("# TYPE a gauge\n# TYPE a gauge\na 1\n").size(), 1U);
}

TEST(TextParser, OneWrongLineMakesTheWholeTextWrong) {
  for (const std::string bad :
       {"a",
        "a ",
        "a b",
        "a 1 2 3",
        "a 1 x",
        "9a 1",
        "a{x=\"1\" 2",
        "a{x=\"1\"",
        "a{x=1} 2",
        "a{x=\"1\",x=\"2\"} 3",
        "a{__x=\"1\"} 2",
        "{x=\"1\"} 2",
        "a{x=\"\\q\"} 1",
        "a{x=\"1\"}b 2",
        "a 1\xff",
        "# TYPE a",
        "# TYPE a b c",
        "# TYPE 1 gauge",
        "# HELP 1 x",
        "# TYPE a gauge\n# TYPE a counter",
        "a 1\n# TYPE a counter",
        "# TYPE a counter\na -1",
        "# TYPE h histogram\nh 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1",
        "# TYPE h histogram\nh_bucket 1",
        "# TYPE h histogram\nh_bucket{le=\"x\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 0.5\nh_bucket{le=\"+Inf\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} -1\nh_bucket{le=\"+Inf\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum{le=\"1\"} 1",
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_bucket{x=\"1\",le=\"2\"} "
        "1\nh_bucket{x=\"1\",le=\"+Inf\"} 1",
        "# TYPE s summary\ns 1",
        "# TYPE s summary\ns{quantile=\"2\"} 1",
        "# TYPE s summary\ns_count -1"}) {
    const auto parsed = parse("ok 1\n" + bad + "\n");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().reason, "metrics.bad_text") << bad;
  }
  EXPECT_EQ(parse(std::string("a 1\0", 4)).error().reason, "metrics.bad_text");
  EXPECT_NE(parse("a 1\nb 2\nc d\n").error().message.find("line 3"), std::string::npos);
}

TEST(TextParser, IsBounded) {
  const auto refused = [](std::string_view text, const TextLimits& limits) {
    const auto parsed = parse(text, limits);
    return !parsed && parsed.error().code == Code::resource_exhausted;
  };
  EXPECT_TRUE(refused("a 1\nb 2\n", {.bytes = 7}));
  EXPECT_FALSE(refused("a 1\nb 2\n", {.bytes = 8}));
  EXPECT_TRUE(refused("a 1\nb 2\n", {.lines = 1}));
  EXPECT_FALSE(refused("a 1\nb 2\n", {.lines = 2}));
  EXPECT_TRUE(refused("a 12345\n", {.line_bytes = 6}));
  EXPECT_FALSE(parse("a{x=\"1\",y=\"2\"} 1\n", {.labels = 1}));
  EXPECT_FALSE(parse("a{x=\"" + std::string(1'025, 'v') + "\"} 1\n"));
  EXPECT_FALSE(parse(std::string(201, 'a') + " 1\n"));
}

TEST(TextParser, KeepsWhatIsWantedAsFarAsThereIsRoom) {
  const auto wanted = [](std::string_view name) { return name.starts_with("b"); };
  const std::string text =
      "a 1\nb_1 1\nb_2 2\n# TYPE b_h histogram\nb_h_bucket{le=\"1\"} 1\nb_h_bucket{le=\"+Inf\"} 1\nb_h_sum "
      "1\nb_h_count 1\n"
      "# TYPE c histogram\nc_bucket{le=\"1\"} 1\n";
  EXPECT_FALSE(parse(text)) << "the last one is not whole";
  const auto all = parse_text(text, wanted);
  ASSERT_TRUE(all) << all.error().describe();
  EXPECT_EQ(all->families.size(), 3U) << "of what nobody wants the syntax counts alone";
  EXPECT_EQ(series_count(all->families), 6U);
  EXPECT_EQ(all->left_out, 0U);
  const auto some = parse_text(text, wanted, {.series = 2});
  ASSERT_TRUE(some);
  EXPECT_EQ(series_count(some->families), 2U);
  EXPECT_EQ(some->left_out, 4U) << "a histogram is all there or not at all";
  EXPECT_EQ(parse_text(text, wanted, {.series = 0})->left_out, 6U);
}

}  // namespace
}  // namespace status::metrics
