// What goes to the node, and what becomes of it.
#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

class AttachSender : public ::testing::Test {
 protected:
  void attach(
      RestQuirks quirks = {}, std::function<void(Config&)> adjust = [](Config&) {}) {
    node_ = std::make_unique<RestNode>(network_, std::move(quirks));
    Config config = quick_config(*node_);
    adjust(config);
    attached_ = std::make_unique<Attached>(config);
    attached_->start();
  }
  Recorder& events() { return attached_->events; }
  bool wait_propagated(std::size_t count) {
    return events().wait([&] { return events().propagated.size() >= count; });
  }
  bool wait_sent(std::size_t count) {
    return events().wait([&] { return events().sent.size() >= count; });
  }
  void say(unsigned status, const std::string& text) {
    node_->change([&](RestQuirks& quirks) { quirks.publish = {status, text}; });
  }

  RestNetwork network_;
  std::unique_ptr<RestNode> node_;
  std::unique_ptr<Attached> attached_;
};

TEST_F(AttachSender, AMessageIsPropagatedThenStoredAndReachesTheOtherNode) {
  attach();
  RestNode far(network_);
  Attached other(quick_config(far));
  other.start();
  ASSERT_TRUE(wait_subscribed(far, kTopic));
  WakuMessage sent = attached_->text("hello");
  sent.meta = {1, 2};
  const auto hash = attached_->send(sent);
  ASSERT_TRUE(hash) << hash.error().describe();
  EXPECT_EQ(*hash, message_hash("/waku/2/rs/16/0", sent));
  ASSERT_TRUE(other.events.wait_messages(1));
  EXPECT_EQ(other.events.messages[0].message, sent);
  EXPECT_EQ(other.events.messages[0].hash, *hash);
  ASSERT_TRUE(wait_sent(1));
  EXPECT_THAT(events().propagated, ElementsAre(*hash));
  EXPECT_THAT(events().sent, ElementsAre(*hash));
}

TEST_F(AttachSender, AnEphemeralMessageIsOnlyPropagated) {
  attach();
  WakuMessage brief = attached_->text("brief");
  brief.ephemeral = true;
  ASSERT_TRUE(attached_->send(brief));
  ASSERT_TRUE(attached_->send(attached_->text("kept")));
  ASSERT_TRUE(wait_sent(1));
  EXPECT_EQ(events().propagated.size(), 2U);
  EXPECT_EQ(node_->stored(), 1U);
}

TEST_F(AttachSender, WhileTheNodeIsAwayMessagesWaitInTheirOrder) {
  attach();
  ASSERT_TRUE(events().wait_connection(Connection::connected));
  node_->stop();
  ASSERT_TRUE(events().wait_connection(Connection::disconnected));
  std::vector<MessageHash> hashes;
  for (int i = 0; i < 100; ++i) hashes.push_back(*attached_->send(attached_->text(std::to_string(i))));
  EXPECT_TRUE(events().propagated.empty());
  node_->start();
  ASSERT_TRUE(wait_sent(100));
  EXPECT_EQ(events().propagated, hashes);
}

TEST_F(AttachSender, ARefusalIsTriedAgainAndHoldsNobodyUp) {
  attach();
  say(503, "RLN proof is stale");
  const auto hash = attached_->send(attached_->text("stale"));
  ASSERT_TRUE(eventually([&] { return attached_->counter("publish_refused") >= 2; }));
  say(400, "Failed to publish: no peers to publish to");
  ASSERT_TRUE(eventually([&] { return attached_->counter("publish_refused") >= 4; }));
  say(200, "OK");
  ASSERT_TRUE(wait_sent(1));
  EXPECT_THAT(events().propagated, ElementsAre(*hash));
}

TEST_F(AttachSender, WhatNoNodeTakesInTimeIsAnError) {
  attach({.publish = {400, "no peers"}}, [](Config& config) { config.propagation_timeout = Milliseconds(100); });
  const auto hash = attached_->send(attached_->text("lost"));
  ASSERT_TRUE(events().wait([&] { return !events().errors.empty(); }));
  EXPECT_EQ(events().errors[0].first, *hash);
  EXPECT_EQ(events().errors[0].second.reason, "waku.not_propagated");
  EXPECT_EQ(attached_->counter("sending_now"), 0U);
}

// The answer of the first try was lost: the node has the message.
TEST_F(AttachSender, ADuplicateAtTheNodeIsASuccess) {
  attach();
  node_->change([](RestQuirks& quirks) { quirks.publish = {.cut = true}; });
  ASSERT_TRUE(attached_->send(attached_->text("once")));
  ASSERT_TRUE(eventually([&] { return node_->asked("POST /relay/v1/auto/messages") >= 1; }));
  say(400, "Failed to publish: Duplicate message");
  ASSERT_TRUE(wait_propagated(1));
}

TEST_F(AttachSender, NotStoredIsNotSent) {
  attach({.store_keeps = false});
  ASSERT_TRUE(attached_->send(attached_->text("unstored")));
  ASSERT_TRUE(wait_propagated(1));
  const std::size_t asked = node_->asked("GET /store/v3/messages");
  ASSERT_TRUE(eventually([&] { return node_->asked("GET /store/v3/messages") >= asked + 3; }));
  EXPECT_TRUE(events().sent.empty());
}

TEST_F(AttachSender, WhatCannotBeSentIsRefusedAtOnce) {
  attach({}, [](Config& config) { config.max_message_bytes = 2'000; });
  const auto large = attached_->send(attached_->text(std::string(2'000, 'x')));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().reason, "waku.message_too_large");
  const auto lost = attached_->send(message("x", 1, "no topic"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().reason, "waku.invalid_content_topic");
  say(503, "busy");
  const WakuMessage once = attached_->text("once");
  ASSERT_TRUE(attached_->send(once));
  const auto twice = attached_->send(once);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().reason, "waku.duplicate_message");
}

TEST_F(AttachSender, TooManyThatWaitAreRefused) {
  attach({.publish = {503, "busy"}});
  Result<MessageHash> answer = attached_->send(attached_->text("0"));
  int taken = 0;
  for (; answer && taken < 10'000; ++taken) answer = attached_->send(attached_->text(std::to_string(taken + 1)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "waku.too_many_pending");
  EXPECT_TRUE(answer.error().retryable);
  EXPECT_EQ(taken, 4'096);
}

TEST_F(AttachSender, WhatTheProcessBeforeHadTakenOverIsOfferedAgainAndDoesNotComeBack) {
  attach();
  const WakuMessage sent = attached_->text("own");
  const auto hash = attached_->send(sent);
  ASSERT_TRUE(wait_sent(1));
  Resume resume{{{kTopic, attached_->now() - 1'000'000'000}}, attached_->now(), {}, {*hash}};
  const Result<Started> started = attached_->restart(resume);
  ASSERT_TRUE(started);
  EXPECT_THAT(started->missing, ElementsAre(*hash));
  ASSERT_TRUE(attached_->send(sent));
  ASSERT_TRUE(wait_sent(2));
  node_->receive(attached_->text("another's"));
  ASSERT_TRUE(events().wait_messages(1));
  EXPECT_THAT(events().payloads(), ElementsAre("another's"));
}

}  // namespace
}  // namespace status::waku::attach
