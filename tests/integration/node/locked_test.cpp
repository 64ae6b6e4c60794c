// A module that cannot have its key is locked, says so, and unlocks by itself.
#include <csignal>

#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

void expect_locked(Node& node) {
  const auto chat = node.row("chat");
  ASSERT_OK(chat);
  EXPECT_TRUE(chat->locked);
  EXPECT_EQ(chat->state, "ready");
  const auto refused = node.front().call("chat.identity");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::failed_precondition);
  EXPECT_EQ(refused.error().reason, "locked");
  const auto health = node.front().call("chat._sys.health");
  ASSERT_OK(health);
  EXPECT_TRUE(health->bool_or("locked", false));
  EXPECT_OK(node.front().call("chat._sys.describe"));
  EXPECT_OK(node.front().call("waku.info"));
}

EventLog::Match says_locked(bool locked) {
  return [locked](const EventLog::Event& event) {
    return event.topic == "supervisor.module_locked" && event.data.string_or("module", "") == "chat" &&
           event.data.bool_or("locked", !locked) == locked;
  };
}

TEST(Locked, WhileKeysDoesNotAnswer) {
  ProcessNode node({.settings = without_backoff({"hang.limit_ms=60000"}), .arguments = {}});
  ASSERT_OK(node.start());
  const auto identity = node.front().call("chat.identity");
  ASSERT_OK(identity);
  ASSERT_OK(node.signal("keys", SIGSTOP));
  // A module waits for what it requires as long as that is down; keys hangs, which is not known at once.
  ASSERT_OK(node.kill("chat"));
  ASSERT_TRUE(node.events().wait_for(says_locked(true), kPatience));
  ASSERT_TRUE(node.events().wait_for(EventLog::state("chat", "ready", 1), kPatience));
  expect_locked(node);
  ASSERT_OK(node.signal("keys", SIGCONT));
  ASSERT_TRUE(node.events().wait_for(says_locked(false), kPatience)) << node.report();
  const auto again = node.front().call("chat.identity");
  ASSERT_OK(again);
  EXPECT_EQ(*again->find("identity"), *identity->find("identity"));
  EXPECT_OK(node.stop());
}

TEST(Locked, WhileKeysIsStopped) {
  InprocNode node;
  ASSERT_OK(node.start());
  ASSERT_OK(node.front().call("supervisor.stop", Value::map({{"module", "keys"}})));
  ASSERT_OK(node.front().call("supervisor.restart", Value::map({{"module", "chat"}})));
  ASSERT_TRUE(node.events().wait_for(says_locked(true), kPatience));
  ASSERT_TRUE(node.events().wait_for(EventLog::state("chat", "ready", 1), kPatience));
  expect_locked(node);
  ASSERT_OK(node.front().call("supervisor.start", Value::map({{"module", "keys"}})));
  ASSERT_TRUE(node.events().wait_for(says_locked(false), kPatience));
  EXPECT_OK(node.front().call("chat.identity"));
  EXPECT_OK(node.stop());
}

}  // namespace
}  // namespace status::test
