// `/metrics` over the deaths of those who are counted and of the one who counts.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/gateway/echo_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using Counters = std::map<std::string, double>;

const std::string kAnswered =
    "status_rpc_requests_total{caller=\"gateway\",code=\"OK\",method=\"say\",module=\"echo_a\"}";
// What echo_a says of itself: gone with it, unless somebody keeps it.
const std::string kSent = "status_rpc_stage_seconds_total{method=\"say\",module=\"echo_a\",stage=\"send\"}";

void say(EchoNode& node, int times) {
  for (int i = 0; i < times; ++i) ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "x"}})));
}

void kill(EchoNode& node, const std::string& module) {
  const Result<Row> before = node->kill(module);
  ASSERT_TRUE(before) << before.error().describe();
  ASSERT_TRUE(node->await_ready(module, before->generation));
}

void expect_none_fell(const Counters& before, const Counters& after) {
  for (const auto& [series, value] : before) {
    const auto now = after.find(series);
    ASSERT_NE(now, after.end()) << series << " is gone";
    EXPECT_GE(now->second, value) << series;
  }
}

// Until echo_a's own figures are there: a gateway asks a module when it first hears of it.
Counters scrape_with_echo(EchoNode& node) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    Counters counters = counters_of(scrape(*node));
    if (counters.contains(kSent)) return counters;
  }
  return {};
}

TEST(GatewayMetrics, NoCounterFallsWhenTheGatewayIsKilledADeadGenerationIncluded) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  say(node, 20);
  EXPECT_EQ(counters_of(scrape(*node))[kAnswered], 20);
  kill(node, "gateway");
  const Counters living = scrape_with_echo(node);
  ASSERT_TRUE(living.contains(kSent)) << node->report();
  EXPECT_EQ(living.at(kAnswered), 20);

  kill(node, "echo_a");
  const Counters dead = counters_of(scrape(*node));
  expect_none_fell(living, dead);
  for (int round = 0; round < 2; ++round) {
    kill(node, "gateway");
    const Counters after = counters_of(scrape(*node));
    expect_none_fell(dead, after);
    EXPECT_EQ(after.at(kAnswered), 20);
  }
  say(node, 3);
  EXPECT_EQ(counters_of(scrape(*node))[kAnswered], 23);
  EXPECT_TRUE(node->stop());
}

// It dies while nobody looks, and its successor too.
TEST(GatewayMetrics, NorWhenAModuleDiesBesideIt) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  say(node, 20);
  kill(node, "gateway");
  const Counters before = scrape_with_echo(node);
  ASSERT_TRUE(before.contains(kSent)) << node->report();
  const Result<Row> gateway = node->row("gateway");
  const Result<Row> echo = node->row("echo_a");
  ASSERT_TRUE(gateway && echo);
  ProcessHandle(static_cast<pid_t>(gateway->pid)).signal(SIGKILL);
  ProcessHandle(static_cast<pid_t>(echo->pid)).signal(SIGKILL);
  ASSERT_TRUE(node->await_ready("gateway", gateway->generation));
  ASSERT_TRUE(node->await_ready("echo_a", echo->generation));
  expect_none_fell(before, counters_of(scrape(*node)));
  EXPECT_TRUE(node->stop());
}

TEST(GatewayMetrics, WhatABackendCountsIsShownUnderItsModuleAsFarAsTheManifestNamesIt) {
  EchoNode node;
  write_file(node->data_dir() + "/modules.d/echo_a/module.toml",
             "name = \"echo_a\"\nexecutable = \"" + binary("echo_module") +
                 "\"\ninterface = \"1.0\"\n[owner]\nteam = \"test\"\ncontact = \"test\"\n"
                 "[metrics]\nreexport = [\"libp2p_*\"]\n[settings]\nexposition = \"\"\"\n"
                 "# TYPE libp2p_dials counter\nlibp2p_dials_total{kind=\"tcp\"} 5\n"
                 "# TYPE libp2p_wait summary\nlibp2p_wait_sum 1.5\nlibp2p_wait_count 2\n"
                 "status_rpc_in_flight 99\nunnamed 99\n\"\"\"\n");
  ASSERT_TRUE(node.start());
  const std::string dials = "libp2p_dials_total{kind=\"tcp\",module=\"echo_a\"} ";
  const auto shows = [&](const std::string& line) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    std::string page;
    do {
      page = scrape(*node);
    } while (page.find(line) == std::string::npos && std::chrono::steady_clock::now() < until);
    return page;
  };
  std::string page = shows(dials + "5\n");
  EXPECT_NE(page.find("# TYPE libp2p_dials_total counter\n" + dials + "5\n"), std::string::npos) << page;
  EXPECT_NE(page.find("libp2p_wait_sum{module=\"echo_a\"} 1.5\n"), std::string::npos);
  EXPECT_EQ(page.find("unnamed"), std::string::npos);
  EXPECT_EQ(page.find("status_rpc_in_flight{module=\"echo_a\"} 99"), std::string::npos) << "a name of ours";
  kill(node, "echo_a");
  page = shows(dials + "10\n");
  EXPECT_NE(page.find(dials + "10\n"), std::string::npos) << "two incarnations with five each";
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
