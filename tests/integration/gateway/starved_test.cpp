// A neighbour that takes every CPU there is makes a module slow, and is no reason to kill it.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/gateway/echo_node.h"
#include "tests/support/starvation.h"

namespace status::test {
namespace {

TEST(HangLadder, AModuleThatGetsNoCpuIsSlowAndNotHung) {
  EchoNode node({"hang.ping_ms=50", "hang.limit_ms=1000"});
  ASSERT_TRUE(node.start());
  const auto before = node->row("echo_a");
  ASSERT_TRUE(before);
  // Without work it would be owed some time from before, and get it at once whenever a ping wakes it.
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "connected"}})));
  auto work = node.begin("echo_a.work", 60'000, Value::map({{"ms", 100}}));
  const int cpu = some_cpu();
  ASSERT_TRUE(move_to_the_back(static_cast<pid_t>(before->pid), cpu));
  {
    const Neighbours neighbours(cpu, 16);
    // The limit is as long as what makes it slow: were the wait for a CPU counted, it would be aborted here.
    const auto degraded = node->events().wait_for(EventLog::state("echo_a", "degraded"), kPatience);
    ASSERT_TRUE(degraded) << node->report();
    EXPECT_THAT(degraded->data.string_or("cause", ""),
                testing::MatchesRegex("no answer to ping for [0-9]+ ms, [0-9]+ of them without a CPU"));
    // And it stays so. A neighbour that is hung for real is the clock: two limits later.
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(node->signal("echo_b", SIGSTOP));
      const std::size_t seen = node->events().size();
      ASSERT_TRUE(node->events().wait_for(EventLog::state("echo_b", "ready"), kPatience, seen)) << node->report();
    }
  }
  set_weight_of_session(static_cast<pid_t>(before->pid), 0);
  const auto done = work.get();
  EXPECT_TRUE(done) << done.error().describe();
  const auto after = node->row("echo_a");
  EXPECT_EQ(after->pid, before->pid) << node->report();
  ASSERT_TRUE(node->await_ready("echo_a"));
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
