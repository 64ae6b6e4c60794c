// A node of real processes comes up, loses modules and goes down.
#include <gtest/gtest.h>

#include "tests/support/process_node.h"

namespace status::test {
namespace {

TEST(NodeLife, AKilledModuleIsBackAndNothingIsLeftBehind) {
  ProcessNode node({.settings = without_backoff({"modules=[\"keys\"]"})});
  const Status started = node.start();
  ASSERT_TRUE(started) << started.error().describe() << node.report();
  for (const char* module : {"keys", "gateway"}) {
    const auto before = node.kill(module);
    ASSERT_TRUE(before) << before.error().describe();
    const Status back = node.await_ready(module, before->generation);
    EXPECT_TRUE(back) << back.error().describe();
  }
  EXPECT_EQ(node.events().lagged(), 0u);
  EXPECT_EQ(node.events().resets(), 0u) << "the gateway's death is no gap";
  EXPECT_EQ(node.strays(), std::vector<std::string>{});
  EXPECT_TRUE(node.stop());
  EXPECT_EQ(node.strays(), std::vector<std::string>{});
}

}  // namespace
}  // namespace status::test
