// A module that logs as fast as it can costs nobody else anything.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "ipc/base/codec.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

using Clock = std::chrono::steady_clock;

// From the kill to the line that announces the death, and to the next incarnation being ready.
struct Recovery {
  milliseconds announced;
  milliseconds ready;
};

milliseconds since(Clock::time_point start) { return std::chrono::duration_cast<milliseconds>(Clock::now() - start); }

std::vector<Recovery> kill_again_and_again(TestNode& node, const std::string& module, int kills) {
  std::vector<Recovery> out;
  for (int i = 0; i < kills; ++i) {
    const pid_t victim = node.pid_of(module);
    const auto start = Clock::now();
    ::kill(victim, SIGKILL);
    EXPECT_TRUE(node.wait_for(module + ": ready → backoff"));
    const milliseconds announced = since(start);
    EXPECT_TRUE(node.wait_for(module + ": starting → ready"));
    out.push_back({announced, since(start)});
  }
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string all_logs(const TestNode& node, const std::string& module) {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(node.path("logs"))) {
    if (entry.path().filename().string().starts_with(module + ".log")) text += read_file(entry.path());
  }
  return text;
}

TEST(Flood, CostsOnlyTheModuleThatMakesIt) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0", "restart.budget=0", "logs.max_lines_per_s=500",
                                "logs.burst_lines=2000", "logs.total_bytes=2097152", "logs.max_bytes=65536"}));
  node.add_fake_module("flooding", {.settings = "flood = \"water\""});
  node.add_fake_module("quiet", {.settings = "lines = 3"});
  const auto started = Clock::now();
  node.start();
  ASSERT_TRUE(node.wait_for("quiet: starting → ready"));
  constexpr int kKills = 30;
  std::vector<Recovery> kills = kill_again_and_again(node, "quiet", kKills);
  const auto flooded = since(started);
  const auto median = [&](milliseconds Recovery::*what) {
    std::ranges::nth_element(kills, kills.begin() + kKills / 2, {}, what);
    return (kills[kKills / 2].*what).count();
  };
  std::cout << "beside a flood, medians of " << kKills << ": a death is announced within "
            << median(&Recovery::announced) << " ms, its module is ready again within " << median(&Recovery::ready)
            << " ms\n";
  if (!kSanitized) {
    EXPECT_LE(median(&Recovery::announced), 25);
    EXPECT_LE(median(&Recovery::ready), 100);
  }
  // It answers its pings, too: statusd never stops to take its lines.
  EXPECT_THAT(node.statusd().read_all(), testing::Not(testing::HasSubstr("flooding: ready → degraded")));
  EXPECT_EQ(node.stop(), 0);

  const std::string log = all_logs(node, "flooding");
  const std::size_t reports = count(log, "log lines were dropped");
  EXPECT_GE(reports, 1u);
  EXPECT_LE(reports, static_cast<std::size_t>(flooded.count()) / 1'000 + 3) << "one a second, and one at the end";
  EXPECT_LE(count(log, "\"water\""), 2'000 + 500 * (static_cast<std::size_t>(flooded.count()) / 1'000 + 3));
  EXPECT_EQ(count(all_logs(node, "quiet"), "\"line 3\""), kKills + 1u) << "all lines of the other one are there";
  EXPECT_THAT(all_logs(node, "quiet"), testing::Not(testing::HasSubstr("dropped")));
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(node.path("logs"))) bytes += entry.file_size();
  EXPECT_LE(bytes, 2'097'152u);
}

TEST(Flood, OnTheControlLineDoesNotFillTheJournal) {
  TestNode node(TestNode::bare());
  node.add_fake_module("noisy", {.settings = "noise = 50000"});
  node.start();
  ASSERT_TRUE(node.wait_for("noisy: starting → ready"));
  EXPECT_EQ(node.stop(), 0);
  const std::size_t said = count(all_logs(node, "statusd"), "on its control line");
  EXPECT_GE(said, 1u);
  EXPECT_LE(said, 100u);
  EXPECT_GE(count(all_logs(node, "noisy"), "log lines were dropped"), 1u) << "that there was more is said";
}

TEST(Flood, TheLastWordsOfAFloodAreInTheCrashRecord) {
  TestNode node(TestNode::bare({"logs.max_lines_per_s=1", "logs.burst_lines=1"}));
  node.add_fake_module("a", {.settings = "lines = 50"});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  ::kill(node.pid_of("a"), SIGKILL);
  ASSERT_TRUE(node.wait_for("a: ready → backoff"));
  ASSERT_TRUE(wait_for_file(node.path("crash/a/1.json"), kPatience));
  const auto record = parse_json(read_file(node.path("crash/a/1.json")));
  ASSERT_TRUE(record);
  const Value::Array& log = *record->find("log")->as_array();
  ASSERT_FALSE(log.empty());
  EXPECT_TRUE(std::ranges::any_of(log, [](const Value& line) { return *line.as_string() == "line 50"; }));
}

}  // namespace
}  // namespace status::test
