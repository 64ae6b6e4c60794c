// A statusd whose loop stands still ends itself, with all its modules; one that merely had no time does not.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>

#include "tests/support/test_node.h"

namespace status::test {
namespace {

using Clock = std::chrono::steady_clock;

class Watchdog : public testing::Test {
 protected:
  // A node with one module that can be made to stand still.
  std::unique_ptr<TestNode> start_node(std::vector<std::string> settings) {
    NodeOptions options = TestNode::bare(std::move(settings));
    options.environment = {"LD_PRELOAD=" + binary("stalled-loop.so"), "STATUS_TEST_STALL=" + stall_file(),
                           "ASAN_OPTIONS=verify_asan_link_order=0"};
    auto node = std::make_unique<TestNode>(std::move(options));
    node->add_fake_module("a");
    node->start();
    EXPECT_TRUE(node->wait_for("a: starting → ready"));
    return node;
  }
  std::string stall_file() const { return dir_ / "stall"; }

  // Returns how long it lived on.
  std::chrono::milliseconds stall(TestNode& node, const std::string& how) {
    const ProcessHandle module(node.pid_of("a"));
    write_file(stall_file() + ".new", how);
    ::rename((stall_file() + ".new").c_str(), stall_file().c_str());
    EXPECT_TRUE(wait_for_file(stall_file() + ".begun", kPatience));
    const auto begun = Clock::now();
    EXPECT_EQ(node.statusd().wait(kPatience), -SIGABRT);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    EXPECT_TRUE(module.wait_gone(kPatience)) << "no module without a statusd";
    const std::string& said = node.statusd().read_all();
    EXPECT_THAT(said, testing::HasSubstr("its loop stands still"));
    EXPECT_THAT(said, testing::HasSubstr("stalled-loop.so")) << "where it was";
    std::cout << "stood still (" << how << "), ended itself after " << took.count() << " ms\n";
    return took;
  }

  TempDir dir_;
};

TEST_F(Watchdog, EndsAStatusdThatStandsStillForTenSeconds) {
  const auto node = start_node({});
  const auto took = stall(*node, "wait");
  EXPECT_GE(took.count(), 9'400) << "the last beat was up to half a second before";
  if (!kSanitized) {
    EXPECT_LE(took.count(), 12'000);
  }
}

TEST_F(Watchdog, EndsAStatusdThatIsBusyWithNothingToo) {
  const auto node = start_node({"hang.supervisor_ms=1000"});
  EXPECT_GE(stall(*node, "busy").count(), 900);
}

TEST_F(Watchdog, AnotherLimitHoldsWithoutAnotherStart) {
  const auto node = start_node({});
  write_file(node->path("node.toml"), "[hang]\nsupervisor_ms = 500\n");
  node->add_fake_module("b");  // so that somebody says when it is done
  node->statusd().signal(SIGHUP);
  ASSERT_TRUE(node->wait_for("b: starting → ready"));
  EXPECT_LE(stall(*node, "wait").count(), 5'000) << "ten seconds is what it started with";
}

TEST_F(Watchdog, TimeThatItDidNotHaveIsNotHeldAgainstIt) {
  TestNode stopped(TestNode::bare({"hang.supervisor_ms=500", "restart.backoff_ms=0"}));
  stopped.add_fake_module("a");
  stopped.start();
  ASSERT_TRUE(stopped.wait_for("a: starting → ready"));
  stopped.statusd().signal(SIGSTOP);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(stopped.statusd().pid()), &info, WSTOPPED | WNOWAIT), 0);
  // Another one's end is the clock: twice the limit.
  const auto clock = start_node({"hang.supervisor_ms=1000"});
  stall(*clock, "wait");
  stopped.statusd().signal(SIGCONT);
  ::kill(stopped.pid_of("a"), SIGKILL);
  ASSERT_TRUE(stopped.wait_for("a: ready → backoff")) << stopped.statusd().read_all();
  ASSERT_TRUE(stopped.wait_for("a: starting → ready"));
  // And it is watched as before: as long again, and it lives.
  EXPECT_EQ(stopped.stop(), 0);
}

}  // namespace
}  // namespace status::test
