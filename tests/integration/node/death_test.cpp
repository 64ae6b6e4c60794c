// kill -9 of a node's processes, and what its front ends see of it.
#include <gmock/gmock.h>

#include <csignal>
#include <future>
#include <map>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// "At once" on a loaded machine under a sanitizer; a time-out would take ten times as long.
constexpr auto kAtOnce = 1s;

std::map<std::string, std::uint64_t> generations(Node& node) {
  std::map<std::string, std::uint64_t> out;
  for (const Row& row : node.rows().value_or(std::vector<Row>())) out[row.name] = row.generation;
  return out;
}

class Death : public PlacedNodes {
 protected:
  ProcessNode& start_processes(std::vector<std::string> settings) {
    auto node = std::make_unique<ProcessNode>(NodeOptions{.settings = std::move(settings), .arguments = {}});
    ProcessNode& out = *node;
    nodes_.push_back(std::move(node));
    EXPECT_OK(out.start());
    return out;
  }
};

TEST_P(Death, OfEachModuleWhileMessagesFlowLosesNothingAndNobodyElseNotices) {
  ProcessNode& a = start_processes(without_backoff());
  ProcessNode& b = start_processes(without_backoff());
  ASSERT_OK(link(a, b));
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  std::vector<std::string> texts;
  const auto send_some = [&] {
    for (int i = 0; i < 5; ++i) {
      texts.push_back("message " + std::to_string(texts.size()));
      ASSERT_OK(say(a, *talk, texts.back(), texts.back()));
    }
  };
  for (ProcessNode* node : {&a, &b}) {
    for (const char* module : {"chat", "waku", "storage", "keys", "gateway"}) {
      auto expected = generations(*node);
      send_some();
      ASSERT_OK(node->kill(module));
      send_some();
      ASSERT_OK(node->await_ready(module, expected[module]));
      ++expected[module];
      EXPECT_EQ(generations(*node), expected) << "after the death of " << module;
    }
  }
  EXPECT_EQ(await_received(b, talk->id, texts.size()).value_or(std::vector<std::string>()), texts);
  EXPECT_EQ(received(a, talk->id).value_or(texts), std::vector<std::string>());
  for (ProcessNode* node : {&a, &b}) {
    EXPECT_EQ(node->events().lagged(), 0u);
    EXPECT_EQ(node->events().resets(), 0u);
    EXPECT_EQ(node->strays(), std::vector<std::string>());
    EXPECT_OK(node->stop());
    EXPECT_EQ(node->strays(), std::vector<std::string>());
  }
}

TEST_P(Death, FailsCallsInFlightAtOnceAndSaysWhenItIsBack) {
  ProcessNode& node = start_processes({"restart.backoff_ms=30000", "hang.limit_ms=60000"});
  ASSERT_OK(node.front().call("chat.identity"));
  ASSERT_OK(node.signal("chat", SIGSTOP));
  std::promise<Result<ipc::Response>> promise;
  auto answer = promise.get_future();
  ipc::Request request;
  request.method = "chat.list_conversations";
  request.deadline_ms = 60'000;
  node.front().client().call(request, [&](Result<ipc::Response> response) { promise.set_value(std::move(response)); });
  // Behind it on the same connection: when these are answered, that one is with chat.
  for (int i = 0; i < 5; ++i) ASSERT_OK(node.front().call("supervisor.hello"));
  ASSERT_EQ(answer.wait_for(0s), std::future_status::timeout);

  const auto died = Clock::now();
  ASSERT_OK(node.signal("chat", SIGKILL));
  ASSERT_EQ(answer.wait_for(kAtOnce), std::future_status::ready);
  std::cout << "a call in flight failed "
            << std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - died).count()
            << " us after the kill\n";
  const auto lost = answer.get();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::unavailable);
  EXPECT_EQ(lost.error().reason, "supervisor.module_died") << lost.error().describe();
  EXPECT_TRUE(lost.error().retryable);

  // Once, after a second of readiness, it is back at once; the next time it has to wait.
  auto away = node.events().wait_for(EventLog::state("chat", "backoff"), kPatience);
  ASSERT_TRUE(away);
  if (away->data.int_or("next_attempt_ms", 0) - away->time_ms < 10'000) {
    ASSERT_OK(node.await_ready("chat", away->generation));
    const auto again = node.kill("chat");
    ASSERT_OK(again);
    ASSERT_TRUE(node.events().wait_for(EventLog::state("chat", "backoff", away->generation), kPatience));
  }
  const auto asked = Clock::now();
  const auto refused = node.front().call("chat.identity", Value::Map(), {.deadline_ms = 60'000});
  EXPECT_LE(Clock::now() - asked, kAtOnce);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_EQ(refused.error().reason, "supervisor.not_running") << refused.error().describe();
  EXPECT_EQ(refused.error().details.string_or("state", ""), "backoff");
  EXPECT_GT(refused.error().details.int_or("next_attempt_ms", 0), 0);
  EXPECT_GT(refused.error().retry_after_ms, 0u);

  const auto shown = node.front().call("supervisor.module", Value::map({{"name", "chat"}}));
  ASSERT_OK(shown);
  EXPECT_EQ(shown->string_or("state", ""), "backoff");
  EXPECT_EQ(shown->int_or("pid", -1), 0);
  EXPECT_EQ(shown->int_or("next_attempt_ms", 0), refused.error().details.int_or("next_attempt_ms", -1));
  ASSERT_NE(shown->find("last_exit"), nullptr);
  EXPECT_THAT(shown->find("last_exit")->string_or("cause", ""), testing::HasSubstr("SIGKILL"));
  EXPECT_OK(node.front().call("waku.info")) << "calls to other modules do not notice";
}

TEST_P(Death, OfStatusdTakesAllAlongAndTheNextOneHasEverything) {
  ProcessNode& a = start_processes(without_backoff());
  ProcessNode& b = start_processes(without_backoff());
  ASSERT_OK(link(a, b));
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  std::vector<std::string> texts;
  for (int i = 0; i < 20; ++i) {
    texts.push_back("message " + std::to_string(i));
    ASSERT_OK(say(a, *talk, texts.back(), texts.back()));
    if (i == 9) {
      ASSERT_TRUE(b.kill_statusd());
      EXPECT_EQ(b.strays(), std::vector<std::string>());
    }
  }
  ASSERT_OK(b.start());
  EXPECT_EQ(await_received(b, talk->id, texts.size()).value_or(std::vector<std::string>()), texts);
}

INSTANTIATE_TEST_SUITE_P(Node, Death, testing::Values(Placement::processes), placement_name);

}  // namespace
}  // namespace status::test
