// The death of statusd takes every module with it.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <iostream>

#include "ipc/base/codec.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

TEST(Lifeline, SigkillOfStatusdTakesEveryModuleWithin100Ms) {
  milliseconds worst{0};
  for (int round = 0; round < 5; ++round) {
    TestNode node(TestNode::bare());
    // One reads its control line, one has stopped reading it, one ignores what it reads: the kernel's signal needs none
    // of them.
    node.add_fake_module("a");
    node.add_fake_module("b", {.settings = "mode = \"hang\""});
    node.add_fake_module("c", {.settings = "mode = \"silent\""});
    node.start();
    ASSERT_TRUE(node.wait_for("a: starting → ready"));
    ASSERT_TRUE(wait_for_file(node.path("profiles/default/b/report.json"), kPatience));
    ASSERT_TRUE(wait_for_file(node.path("profiles/default/c/report.json"), kPatience));
    std::vector<ProcessHandle> modules;
    for (const char* name : {"a", "b", "c"}) {
      modules.emplace_back(node.pid_of(name));
      ASSERT_TRUE(modules.back().alive());
    }
    const auto start = std::chrono::steady_clock::now();
    node.statusd().signal(SIGKILL);
    for (const ProcessHandle& module : modules) EXPECT_TRUE(module.wait_gone(kPatience));
    worst = std::max(worst, std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start));
  }
  std::cout << "SIGKILL of statusd → all modules gone: " << worst.count() << " ms at worst\n";
  EXPECT_LE(worst, milliseconds(100));
}

TEST(Lifeline, ANewStatusdCleansUpAndGoesOn) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const std::string token = read_file(node.path("run/token"));
  node.statusd().signal(SIGKILL);
  ASSERT_EQ(node.statusd().wait(kPatience), -SIGKILL);
  node.start();
  const auto ready = node.wait_for("a: starting → ready");
  EXPECT_THAT(ready.value_or(""), testing::HasSubstr("generation 17")) << "past all that the killed one had reserved";
  const std::string fresh = read_file(node.path("run/token"));
  EXPECT_EQ(fresh.size(), 32u);
  EXPECT_NE(fresh, token);
  EXPECT_EQ(node.stop(), 0);
}

}  // namespace
}  // namespace status::test
