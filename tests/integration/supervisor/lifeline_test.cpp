// The death of statusd takes every module with it.
#include "tests/support/lifeline.h"

#include <gtest/gtest.h>

#include <csignal>
#include <iostream>

#include "ipc/base/codec.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

// tests/proof/run lifeline does it a thousand times.
TEST(Lifeline, SigkillOfStatusdTakesEveryModuleWithin100Ms) {
  double worst = 0;
  for (int round = 0; round < 5; ++round) {
    const Result<double> gone_ms = kill_statusd_and_await_its_modules();
    ASSERT_TRUE(gone_ms) << gone_ms.error().describe();
    worst = std::max(worst, *gone_ms);
  }
  std::cout << "SIGKILL of statusd → all modules gone: " << worst << " ms at worst\n";
  EXPECT_LE(worst, 100);
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
