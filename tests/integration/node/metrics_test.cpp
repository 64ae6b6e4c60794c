// What a whole node shows of itself.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

// The callers' view of calls in one module's own snapshot, as text.
std::string durations_of(const Value& snapshot) {
  for (const Value& family : *snapshot.find("families")->as_array()) {
    if (*family.as_array()->front().as_string() == "status_rpc_duration_seconds") return to_json(family);
  }
  return {};
}

// Chat follows waku's streams; how long its polls wait says nothing of anybody.
TEST(NodeMetrics, PollsAreInNoLatency) {
  ProcessNode a;
  ProcessNode b;
  ASSERT_OK(a.start());
  ASSERT_OK(b.start());
  ASSERT_OK(link(a, b));
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  ASSERT_OK(say(a, *talk, "hello", "one"));
  ASSERT_TRUE(await_heard(b, 1)) << "a page of messages has come to chat through its poll";
  // Chat's own figures of this moment: the page that is scraped has them some seconds later.
  const auto own = b.front().call("chat._sys.metrics");
  ASSERT_OK(own);
  const std::string said = durations_of(*own);
  EXPECT_THAT(said, testing::HasSubstr("\"info\"")) << "a call of waku is counted";
  EXPECT_THAT(said, testing::Not(testing::HasSubstr(".next\"")));
  const auto counters = counters_of(scrape(b));
  EXPECT_TRUE(counters.contains("status_rpc_duration_seconds_count{method=\"_sys.metrics\",module=\"chat\"}"));
  for (const auto& [series, value] : counters) {
    if (!series.starts_with("status_rpc_duration_seconds") && !series.starts_with("status_rpc_requests")) continue;
    EXPECT_THAT(series, testing::Not(testing::HasSubstr(".next\"")));
  }
}

TEST(NodeMetrics, CountTheLogLinesThatAFloodLost) {
  ProcessNode node({.settings = {"modules=[\"keys\"]", "logs.burst_lines=100"}, .arguments = {}});
  node.statusd().add_fake_module("flooding", {.settings = "flood = \"water\""});
  ASSERT_OK(node.start());
  const std::string lost = "status_log_lines_dropped_total{module=\"flooding\"}";
  std::map<std::string, double> counters;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  do {
    counters = counters_of(scrape(node));
  } while (counters[lost] == 0 && std::chrono::steady_clock::now() < deadline);
  EXPECT_GT(counters[lost], 100);
  EXPECT_EQ(counters.at("status_log_lines_dropped_total{module=\"keys\"}"), 0);
  // A gateway that is started anew is told what was counted before it.
  ASSERT_OK(node.kill("gateway"));
  ASSERT_OK(node.await_ready("gateway", 1));
  EXPECT_GE(counters_of(scrape(node))[lost], counters[lost]);
  EXPECT_OK(node.stop());
}

}  // namespace
}  // namespace status::test
