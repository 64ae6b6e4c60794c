// The hang ladder with real processes: what is a hang, what is not, and what is left of one.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Answers pings, but all its workers are lost in handlers that never return.
class Hang : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Hang, IsDegradedThenAbortedAndItsRecordHasTheWorkerFirst) {
  const auto& [method, function] = GetParam();
  EchoNode node({"hang.limit_ms=600"});
  ASSERT_TRUE(node.start());
  auto calls = node.hang_in(method);
  ASSERT_TRUE(node->events().wait_for(EventLog::state("echo_a", "backoff"), kPatience)) << node->report();
  for (auto& call : calls) EXPECT_FALSE(call.get());
  ASSERT_TRUE(node->await_ready("echo_a", 1));
  const Value crash = node.explain_death(1);
  EXPECT_THAT(crash.string_or("cause", ""), HasSubstr("none has completed"));
  EXPECT_THAT(crash.string_or("cause", ""), HasSubstr("signal 6 (SIGABRT)"));
  const Value& worker = crash.find("threads")->as_array()->front();
  EXPECT_EQ(worker.string_or("method", ""), std::string("echo_a.") + method);
  EXPECT_THAT(worker.string_or("trace_id", ""), StartsWith("0x"));
  EXPECT_EQ(worker.string_or("name", ""), "worker");
  EXPECT_THAT(functions_of(worker), HasSubstr(function)) << node->report();
  EXPECT_TRUE(node->front().call("echo_b.say", Value::map({{"text", "still here"}})));
  EXPECT_TRUE(node->stop());
}

INSTANTIATE_TEST_SUITE_P(OfAllWorkers, Hang,
                         testing::Values(std::pair("block", "wait_for_backend"), std::pair("deadlock", "lock_both"),
                                         std::pair("spin", "loop_for_ever")),
                         [](const auto& instance) { return std::string(instance.param.first); });

TEST(HangLadder, OneStuckWorkerOfSeveralIsDegradedAndNamed) {
  EchoNode node({"hang.limit_ms=600"});
  ASSERT_TRUE(node.start());
  ASSERT_FALSE(node.begin("echo_a.block", 50).get());
  const auto degraded = node->events().wait_for(EventLog::state("echo_a", "degraded"), kPatience);
  ASSERT_TRUE(degraded) << node->report();
  EXPECT_THAT(degraded->data.string_or("cause", ""),
              testing::MatchesRegex("`echo_a.block [0-9a-f]{32}` is [0-9]+ ms past its deadline"));
  // By now the worker is stuck for longer than the limit; the other one works, and nobody is killed.
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(node.begin("echo_a.work", 10'000, Value::map({{"ms", 100}})).get());
  }
  const auto row = node->row("echo_a");
  EXPECT_EQ(row->state, "degraded");
  EXPECT_EQ(row->generation, 1U);
  EXPECT_TRUE(node->stop());
}

TEST(HangLadder, AModuleUnderFullLoadIsNotHung) {
  EchoNode node({"hang.limit_ms=600"});
  ASSERT_TRUE(node.start());
  // Both workers are busy for longer than the limit, there is always a queue, and some of it is past its deadline.
  const Value work = Value::map({{"ms", 60}});
  std::vector<std::future<Result<ipc::Response>>> hasty;
  std::vector<std::future<Result<ipc::Response>>> patient;
  for (int i = 0; i < 30; ++i) {
    patient.push_back(node.begin("echo_a.work", 120'000, work));
    hasty.push_back(node.begin("echo_a.work", 80, work));
  }
  for (auto& call : patient) EXPECT_TRUE(call.get());
  for (auto& call : hasty) call.wait();
  EXPECT_EQ(node->row("echo_a")->generation, 1U);
  EXPECT_FALSE(node->events().wait_for(EventLog::state("echo_a", "backoff"), std::chrono::milliseconds(0)));
  EXPECT_TRUE(node->stop());
}

TEST(HangLadder, AModuleThatSomebodyStoppedIsContinuedAndGoesOn) {
  EchoNode node({"hang.limit_ms=1500"});
  ASSERT_TRUE(node.start());
  const auto before = node->signal("echo_a", SIGSTOP);
  ASSERT_TRUE(before);
  const auto degraded = node->events().wait_for(EventLog::state("echo_a", "degraded"), kPatience);
  ASSERT_TRUE(degraded) << node->report();
  EXPECT_THAT(degraded->data.string_or("cause", ""), HasSubstr("somebody has stopped it (SIGSTOP)"));
  ASSERT_TRUE(node->events().wait_for(
      [](const EventLog::Event& event) {
        return EventLog::state("echo_a", "ready")(event) && event.data.string_or("from", "") == "degraded";
      },
      kPatience))
      << node->report();
  EXPECT_EQ(node->row("echo_a")->pid, before->pid);
  EXPECT_THAT(node->report(), HasSubstr("sent SIGCONT"));
  EXPECT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "still here"}})));
  EXPECT_TRUE(node->stop());
}

TEST(HangLadder, AModuleThatStaysSilentAfterItWasContinuedIsKilled) {
  TestNode node(TestNode::bare({"hang.ping_ms=50", "hang.limit_ms=600"}));
  node.add_fake_module("a", {.settings = "mode = \"hang\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  ::kill(node.pid_of("a"), SIGSTOP);
  EXPECT_THAT(node.wait_for("a: ready → degraded").value_or(""), HasSubstr("somebody has stopped it (SIGSTOP)"));
  EXPECT_THAT(node.wait_for("a: degraded → backoff").value_or(""), HasSubstr("signal 9 (SIGKILL)"));
  EXPECT_EQ(node.stop(), 0);
}

// echo_b is stopped at the same time by somebody else: when statusd has done with it, the limit is over for both.
TEST(HangLadder, APausedModuleIsNotHung) {
  EchoNode node({"hang.limit_ms=600"});
  ASSERT_TRUE(node.start());
  const auto before = node->row("echo_a");
  ASSERT_EQ(node.statusctl({"pause", "echo_a"}), 0);
  ASSERT_TRUE(node->events().wait_for(EventLog::state("echo_a", "paused"), kPatience));
  EXPECT_EQ(node->front().call("echo_a.say", Value::map({{"text", "?"}})).error().code, Code::unavailable);
  ASSERT_TRUE(node->signal("echo_b", SIGSTOP));
  ASSERT_TRUE(node->events().wait_for(
      [](const EventLog::Event& event) {
        return EventLog::state("echo_b", "ready")(event) && event.data.string_or("from", "") == "degraded";
      },
      kPatience))
      << node->report();
  EXPECT_EQ(node->row("echo_a")->state, "paused");
  ASSERT_EQ(node.statusctl({"resume", "echo_a"}), 0);
  ASSERT_TRUE(node->await_ready("echo_a"));
  EXPECT_EQ(node->row("echo_a")->pid, before->pid);
  EXPECT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "again"}})));
  EXPECT_EQ(node.statusctl({"resume", "echo_a"}), 1) << "it is not paused";
  EXPECT_EQ(node.statusctl({"pause", "gateway"}), 1);
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
