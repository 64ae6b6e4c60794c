// Faults that an operator puts into the modules of a running node.
#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <map>

#include "tests/integration/node/placement.h"
#include "tests/support/statusctl.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class NodeFaults : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(node_.start()); }

  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--data-dir", node_.data_dir()});
    return statusctl(std::move(words));
  }
  // What the module says of its own time; nanoseconds.
  std::map<std::string, std::uint64_t> stages_of(const std::string& method) {
    const Result<ipc::Response> response = node_.front().client().call_and_wait({.method = method});
    EXPECT_TRUE(response) << response.error().describe();
    if (!response) return {};
    const ipc::Stages& s = response->header().stages;
    return {{"queue", s.queue_ns},
            {"handler", s.handler_ns},
            {"persist", s.persist_ns},
            {"backend", s.backend_ns},
            {"other", s.other_ns}};
  }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {"--allow-faults"}}};
};

TEST_F(NodeFaults, ADelayIsInTheStageThatItWasPutIntoAndOfThatMethodAlone) {
  constexpr std::uint64_t kDelayNs = 30'000'000;
  for (const std::string stage : {"queue", "handler", "persist"}) {
    const Outcome added = run({"fault", "add", "chat.list_conversations", "--stage", stage, "--delay", "30ms"});
    ASSERT_EQ(added.code, 0) << added.errors;
    for (const auto& [name, ns] : stages_of("chat.list_conversations")) {
      EXPECT_EQ(ns >= kDelayNs, name == stage) << name << " with a fault in " << stage;
    }
    for (const auto& [name, ns] : stages_of("chat.errors")) EXPECT_LT(ns, kDelayNs) << name << " of another method";
    ASSERT_EQ(run({"fault", "clear"}).code, 0);
  }
  ASSERT_EQ(run({"fault", "add", "waku.peers", "--stage", "backend", "--delay", "30ms"}).code, 0);
  EXPECT_GE(stages_of("waku.peers")["backend"], kDelayNs);
}

TEST_F(NodeFaults, AreVisibleAndEndWhenTheyAreCleared) {
  const Outcome added = run({"fault", "add", "chat.*", "--fail", "--percent", "100"});
  ASSERT_EQ(added.code, 0) << added.errors;
  EXPECT_EQ(added.json().uint_or("id", 0), 1U);
  EXPECT_EQ(node_.front().call("chat.identity").error().reason, "fault.injected");
  ASSERT_OK(node_.await_rows([](const Row& row) { return row.name != "chat" || row.state == "degraded"; }));
  EXPECT_THAT(node_.row("chat")->why, HasSubstr("statusctl fault list"));
  const Value list = run({"fault", "list"}).json();
  EXPECT_TRUE(list.bool_or("allowed", false));
  EXPECT_EQ(list.find("faults")->as_array()->front().string_or("method", ""), "chat.*");
  EXPECT_EQ(run({"fault", "clear", "2"}).code, 1);
  EXPECT_EQ(run({"fault", "clear", "1"}).code, 0);
  EXPECT_OK(node_.await_rows([](const Row& row) { return row.state == "ready"; }));
  EXPECT_OK(node_.front().call("chat.identity"));
}

TEST_F(NodeFaults, OutliveTheModuleAndTheGateway) {
  ASSERT_EQ(run({"fault", "add", "chat.identity", "--fail"}).code, 0);
  for (const char* module : {"chat", "gateway"}) {
    const auto before = node_.kill(module);
    ASSERT_OK(before);
    ASSERT_OK(node_.await_rows([&](const Row& row) {
      return row.name != module || (row.generation > before->generation && row.state != "starting" && row.pid != 0);
    }));
    EXPECT_EQ(run({"fault", "list"}).json().find("faults")->as_array()->size(), 1U) << "after " << module;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::string reason;
    while (reason != "fault.injected" && std::chrono::steady_clock::now() < deadline) {
      const auto front = node_.open_front();
      const auto reply = front->call("chat.identity");
      reason = reply ? "" : reply.error().reason;
    }
    EXPECT_EQ(reason, "fault.injected") << "after " << module;
  }
}

TEST_F(NodeFaults, ACrashIsACrashAndAHangIsLetGo) {
  const auto chat = node_.row("chat");
  ASSERT_OK(chat);
  ASSERT_EQ(run({"fault", "add", "chat.identity", "--crash"}).code, 0);
  EXPECT_EQ(node_.front().call("chat.identity").error().code, Code::unavailable);
  ASSERT_EQ(run({"fault", "clear"}).code, 0);
  ASSERT_OK(node_.await_ready("chat", chat->generation));
  ASSERT_EQ(run({"fault", "add", "chat.identity", "--hang"}).code, 0);
  auto answer = std::async(std::launch::async, [&] { return node_.front().call("chat.identity"); });
  EXPECT_EQ(answer.wait_for(100ms), std::future_status::timeout);
  ASSERT_EQ(run({"fault", "clear"}).code, 0);
  EXPECT_OK(answer.get());
}

TEST_F(NodeFaults, WrongOnesAreRefused) {
  const Outcome unknown = run({"fault", "add", "chat.send_mesage", "--fail"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("chat.send_message"));
  EXPECT_EQ(run({"fault", "add", "chta.identity", "--fail"}).error().string_or("reason", ""),
            "supervisor.unknown_module");
  EXPECT_EQ(run({"fault", "add", "chat.identity"}).code, 2);
  EXPECT_EQ(run({"fault", "add", "chat.identity", "--fail", "--hang"}).code, 2);
  EXPECT_EQ(run({"fault", "add", "chat.identity", "--delay", "soon"}).code, 2);
  EXPECT_EQ(node_.front().call("chat._sys.set_faults").error().reason, "supervisor.own_method");
}

TEST(NodeWithoutFaults, TakesNone) {
  ProcessNode node;
  ASSERT_OK(node.start());
  const Outcome refused = statusctl({"--data-dir", node.data_dir(), "fault", "add", "chat.identity", "--fail"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.error().string_or("reason", ""), "supervisor.faults_not_allowed");
  EXPECT_OK(node.front().call("chat.identity"));
}

}  // namespace
}  // namespace status::test
