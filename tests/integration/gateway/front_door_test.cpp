// The gateway as a process among processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <future>

#include "ipc/base/codec.h"
#include "tests/integration/gateway/echo_node.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using ::testing::HasSubstr;

std::future<Result<Value>> begin(FrontDoor& front, const std::string& method) {
  auto promise = std::make_shared<std::promise<Result<Value>>>();
  auto future = promise->get_future();
  ipc::Request request;
  request.method = method;
  request.deadline_ms = 30'000;
  front.client().call(request, [promise](Result<ipc::Response> response) {
    promise->set_value(response ? decode_msgpack(response->result()) : Result<Value>(fail(response.error())));
  });
  return future;
}

TEST(GatewayProcess, ForwardsDescribesAndCommands) {
  EchoNode node;
  const Status started = node.start();
  ASSERT_TRUE(started) << started.error().describe();
  const Result<Value> said = node->front().call("echo_a.say", Value::map({{"text", "hello"}}));
  ASSERT_TRUE(said) << said.error().describe();
  EXPECT_EQ(said->string_or("text", ""), "hello");
  EXPECT_TRUE(node->events().wait_for(EventLog::topic("echo_a.said"), kPatience));
  const Result<Value> documents = node->front().call("supervisor.describe");
  ASSERT_TRUE(documents);
  EXPECT_EQ(documents->find("modules")->as_array()->size(), 3U);
  ASSERT_TRUE(node->front().call("supervisor.stop", Value::map({{"module", "echo_a"}})));
  EXPECT_TRUE(node->events().wait_for(EventLog::state("echo_a", "stopped"), kPatience));
  EXPECT_EQ(node->row("echo_a")->state, "stopped");
  const Result<Value> refused = node->front().call("echo_a.say", Value::map({{"text", "?"}}));
  EXPECT_EQ(refused.error().details.string_or("state", ""), "stopped");
  EXPECT_EQ(node->front().call("supervisor.stop", Value::map({{"module", "gateway"}})).error().code,
            Code::failed_precondition);
  ASSERT_TRUE(node->front().call("supervisor.start", Value::map({{"module", "echo_a"}})));
  EXPECT_TRUE(node->await_ready("echo_a", 1));
  EXPECT_TRUE(node->restart("echo_b"));
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, ItsOwnRestartIsAnsweredBeforeItGoes) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  for (int round = 0; round < 3; ++round) {
    const Result<Row> before = node->row("gateway");
    ASSERT_TRUE(before) << before.error().describe();
    const auto asked = std::chrono::steady_clock::now();
    const Result<Value> answer = node->front().call("supervisor.restart", Value::map({{"module", "gateway"}}));
    EXPECT_TRUE(answer) << answer.error().describe();
    // One that waits for the end of the call that asked for it takes half of its time to stop.
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::milliseconds(1'000));
    ASSERT_TRUE(node->await_ready("gateway", before->generation));
  }
  EXPECT_FALSE(std::filesystem::exists(node->data_dir() + "/crash/gateway")) << "it ended in order";
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, StatusctlTellsOfOneThatIsStopped) {
  EchoNode node({"hang.limit_ms=60000"});
  ASSERT_TRUE(node.start());
  const Result<Row> gateway = node->signal("gateway", SIGSTOP);
  ASSERT_TRUE(gateway);
  ChildProcess program({binary("statusctl"), "--data-dir", node->data_dir(), "why", "gateway"});
  EXPECT_EQ(program.wait(kPatience), 0);
  const Value why = parse_json(program.read_all()).value_or(Value());
  EXPECT_EQ(why.int_or("statusd_pid", 0), node->statusd().statusd().pid()) << program.output();
  ASSERT_NE(why.find("transitions"), nullptr) << program.output();
  EXPECT_EQ(why.find("transitions")->as_array()->front().string_or("to", ""), "starting");
  ProcessHandle(static_cast<pid_t>(gateway->pid)).signal(SIGCONT);
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, ARestartThatIsAskedForAgainWithItsKeyHappensOnce) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  const auto restart = [&](const std::string& module, const std::string& key) {
    return node->front().call("supervisor.restart", Value::map({{"module", module}}), {.idempotency_key = key});
  };
  for (const std::string module : {"echo_b", "gateway"}) {
    const std::uint64_t before = node->row(module)->generation;
    ASSERT_TRUE(restart(module, module));
    ASSERT_TRUE(node->await_ready(module, before));
    const Result<Value> again =
        node->front().insist("supervisor.restart", Value::map({{"module", module}}), module, kPatience);
    EXPECT_TRUE(again) << again.error().describe();
    // Answered behind it: what it might have done is in the rows by now.
    ASSERT_TRUE(node->front().call("supervisor.start", Value::map({{"module", "echo_a"}})));
    EXPECT_EQ(node->row(module)->generation, before + 1);
    EXPECT_EQ(node->row(module)->state, "ready");
  }
  EXPECT_EQ(restart("echo_a", "echo_b").error().reason, "ipc.idempotency_mismatch");
  EXPECT_EQ(node->row("echo_a")->generation, 1u);
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, HasFewThreadsAndServesTheMetricsOfAll) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "x"}})));
  const std::string tasks = "/proc/" + std::to_string(node->row("gateway")->pid) + "/task";
  EXPECT_LE(std::distance(std::filesystem::directory_iterator(tasks), {}), 16);
  const std::string text = scrape(*node);
  for (const char* module : {"gateway", "echo_a", "echo_b"}) {
    EXPECT_THAT(text, HasSubstr(std::string("status_module_up{module=\"") + module + "\","));
  }
  EXPECT_THAT(
      text, HasSubstr("status_rpc_requests_total{caller=\"gateway\",code=\"OK\",method=\"say\",module=\"echo_a\"} 1"));
  EXPECT_TRUE(node->stop());
}

// statusd counts, so a new gateway does not book everything under the last cause.
TEST(GatewayProcess, CountsRestartsByCauseAlsoThoseFromBeforeItsTime) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  ASSERT_TRUE(node->restart("echo_a"));
  for (const std::string module : {"echo_a", "gateway"}) {
    const Result<Row> before = node->kill(module);
    ASSERT_TRUE(before);
    ASSERT_TRUE(node->await_ready(module, before->generation));
  }
  const std::string text = scrape(*node);
  EXPECT_THAT(text, HasSubstr("status_module_restarts_total{cause=\"asked\",module=\"echo_a\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_module_restarts_total{cause=\"SIGKILL\",module=\"echo_a\"} 1"));
  EXPECT_THAT(text, HasSubstr("status_module_restarts_total{cause=\"SIGKILL\",module=\"gateway\"} 1"));
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, CallsInFlightToAModuleThatDiesFailAtOnceWithItsState) {
  EchoNode node({"restart.backoff_ms=60000", "restart.backoff_max_ms=60000"});
  ASSERT_TRUE(node.start());
  auto held = begin(node->front(), "echo_a.hold");
  // Answered behind it, on the same connection: the call is in the module's hands.
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "after"}})));
  ASSERT_TRUE(node->kill("echo_a"));
  ASSERT_EQ(held.wait_for(std::chrono::seconds(2)), std::future_status::ready);
  const Result<Value> lost = held.get();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unavailable);
  EXPECT_EQ(lost.error().reason, "supervisor.module_died");
  EXPECT_NE(lost.error().details.string_or("state", ""), "ready") << lost.error().describe();
  EXPECT_TRUE(node->front().call("echo_b.say", Value::map({{"text", "still here"}})));
  EXPECT_TRUE(node->stop());
}

TEST(GatewayProcess, TheCallThatItDiedInIsInItsCrashRecord) {
  EchoNode node;
  ASSERT_TRUE(node.start());
  auto held = begin(node->front(), "echo_a.hold");
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "after"}})));
  const Result<Row> before = node->kill("gateway");
  ASSERT_TRUE(before);
  EXPECT_EQ(held.get().error().code, Code::unavailable);
  ASSERT_TRUE(node->await_ready("gateway", before->generation));
  const std::string file = node->data_dir() + "/crash/gateway/" + std::to_string(before->generation) + ".json";
  ASSERT_TRUE(wait_for_file(file, kPatience));
  EXPECT_THAT(read_file(file), HasSubstr("echo_a.hold"));
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
