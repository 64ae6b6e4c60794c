// What comes from the node: nothing is lost, nothing comes twice, whatever its caches drop and however it restarts.
#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

class AttachFeed : public ::testing::Test {
 protected:
  // Attached, subscribed to kTopic at the node, and compared with the store once.
  void attach(
      RestQuirks quirks = {}, std::function<void(Config&)> adjust = [](Config&) {}) {
    node_ = std::make_unique<RestNode>(network_, std::move(quirks));
    Config config = quick_config(*node_);
    adjust(config);
    attached_ = std::make_unique<Attached>(config);
    attached_->start();
    ASSERT_TRUE(eventually([&] { return !node_->subscriptions().empty() && attached_->counter("fill_ins") >= 2; }));
  }
  void receive(const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) node_->receive(attached_->text(payload));
  }
  Recorder& events() { return attached_->events; }

  RestNetwork network_;
  std::unique_ptr<RestNode> node_;
  std::unique_ptr<Attached> attached_;
};

TEST_F(AttachFeed, MessagesOfSubscribedTopicsComeOnceInTheirOrder) {
  attach();
  node_->receive(message("other", 1, kOther));
  receive(numbered(0, 20));
  ASSERT_TRUE(events().wait_messages(20));
  EXPECT_EQ(events().payloads(), numbered(0, 20));
  std::uint64_t last = 0;
  for (const ReceivedMessage& one : events().messages) {
    EXPECT_EQ(one.hash, message_hash("/waku/2/rs/16/0", one.message));
    EXPECT_EQ(one.pubsub_topic, "/waku/2/rs/16/0");
    EXPECT_GT(one.position, last);
    last = one.position;
  }
}

TEST_F(AttachFeed, WhatAFullCacheDroppedIsFilledInFromTheStoreInOrder) {
  attach({}, [](Config& config) { config.poll = Milliseconds(300); });
  receive(numbered(0, 500));
  ASSERT_TRUE(events().wait_messages(500));
  EXPECT_EQ(events().payloads(), numbered(0, 500));
  EXPECT_GE(attached_->counter("polls_full"), 1U);
  EXPECT_GE(attached_->counter("messages_filled_in"), 1U);
}

// Nothing says that it was full: the regular comparison finds what is missing.
TEST_F(AttachFeed, ASmallerCacheThanUsualLosesNothingEither) {
  attach({.cache = 5}, [](Config& config) {
    config.poll = Milliseconds(200);
    config.fill_in = Milliseconds(100);
  });
  receive(numbered(0, 40));
  ASSERT_TRUE(events().wait_messages(40));
  EXPECT_EQ(attached_->counter("polls_full"), 0U);
  EXPECT_THAT(events().payloads(), ::testing::UnorderedElementsAreArray(numbered(0, 40)));
}

TEST_F(AttachFeed, AnAnswerThatWasLostAfterTheCacheWasEmptiedIsFilledIn) {
  attach();
  node_->change([](RestQuirks& quirks) { quirks.cut_drains = 2; });
  receive(numbered(0, 3));
  ASSERT_TRUE(events().wait_messages(3));
  EXPECT_EQ(events().payloads(), numbered(0, 3));
}

TEST_F(AttachFeed, WhatCameWhileTheNodeRestartedIsFilledIn) {
  attach();
  receive({"before"});
  ASSERT_TRUE(events().wait_messages(1));
  for (int round = 0; round < 3; ++round) {
    node_->stop();
    receive({"while it was away " + std::to_string(round)});
    node_->start();
    ASSERT_TRUE(events().wait_messages(static_cast<std::size_t>(2 * round + 2)));
    ASSERT_TRUE(wait_subscribed(*node_, kTopic));
    receive({"after " + std::to_string(round)});
    ASSERT_TRUE(events().wait_messages(static_cast<std::size_t>(2 * round + 3)));
  }
  EXPECT_EQ(events().payloads().size(), 7U);
}

TEST_F(AttachFeed, WhatCameWhileThisProcessWasAwayIsFilledIn) {
  attach();
  receive({"before"});
  ASSERT_TRUE(events().wait_messages(1));
  Resume resume;
  resume.position = events().messages[0].position;
  resume.subscriptions = {{kTopic, resume.position - 1'000'000'000}};
  attached_->backend->stop();
  node_->stop();
  node_->start();
  receive(numbered(0, 150));
  ASSERT_TRUE(attached_->restart(resume));
  // What was received before may come again: the service knows it.
  const auto count = [&] { return events().payloads().size() >= 152; };
  ASSERT_TRUE(eventually(count));
  std::vector<std::string> wanted = {"before", "before"};
  for (const std::string& payload : numbered(0, 150)) wanted.push_back(payload);
  EXPECT_EQ(events().payloads(), wanted);
  EXPECT_GT(events().messages[1].position, resume.position);
}

// A position says that all before was handed over: the next process asks from there, less what clocks may differ by.
TEST_F(AttachFeed, PositionsMoveWithTheComparisons) {
  const auto before = static_cast<std::uint64_t>(SystemClock().unix_ms()) * 1'000'000;
  attach({}, [](Config& config) { config.fill_in = Milliseconds(100); });
  ASSERT_TRUE(eventually([&] { return attached_->last_position() > before; }));
  const std::uint64_t first = attached_->last_position();
  ASSERT_TRUE(eventually([&] { return attached_->last_position() > first; }));
  EXPECT_LE(attached_->last_position(), attached_->now());
}

TEST_F(AttachFeed, WhatWasSentBeforeTheSubscriptionDoesNotCome) {
  attach();
  const auto old = static_cast<std::int64_t>(attached_->now());
  node_->store(message("stored before", old - 1'000, kOther));
  ASSERT_TRUE(attached_->subscribe(kOther));
  ASSERT_TRUE(wait_subscribed(*node_, kOther));
  const std::uint64_t polls = attached_->counter("polls");
  ASSERT_TRUE(eventually([&] { return attached_->counter("polls") >= polls + 6; }));
  // A sender whose clock is behind: it is new, whatever it says.
  node_->receive(message("a slow clock", old - 30'000'000'000, kOther));
  ASSERT_TRUE(events().wait_messages(1));
  EXPECT_THAT(events().payloads(), ElementsAre("a slow clock"));
}

TEST_F(AttachFeed, UnsubscribingEndsItAtTheNodeToo) {
  attach();
  ASSERT_TRUE(attached_->unsubscribe(kTopic));
  ASSERT_TRUE(eventually([&] { return node_->subscriptions().empty(); }));
  node_->receive(attached_->text("not wanted"));
  ASSERT_TRUE(attached_->subscribe(kOther));
  ASSERT_TRUE(wait_subscribed(*node_, kOther));
  node_->receive(message("wanted", static_cast<std::int64_t>(attached_->now()), kOther));
  ASSERT_TRUE(events().wait_messages(1));
  EXPECT_THAT(events().payloads(), ElementsAre("wanted"));
}

TEST_F(AttachFeed, AServiceWithoutRoomIsWaitedFor) {
  attach();
  events().change([&] { events().room = 10; });
  receive(numbered(0, 30));
  ASSERT_TRUE(events().wait([&] { return events().refusals >= 1; }));
  const std::uint64_t polls = attached_->counter("polls");
  receive(numbered(30, 100));  // more than its cache has
  EXPECT_LE(attached_->counter("polls"), polls + 1) << "nothing is asked for that nobody takes";
  events().change([&] { events().room = SIZE_MAX; });
  attached_->backend->resume(events().messages.back().position);
  ASSERT_TRUE(events().wait_messages(130));
  EXPECT_EQ(events().payloads(), numbered(0, 130));
  EXPECT_EQ(events().refusals, 1U);
}

TEST_F(AttachFeed, EphemeralMessagesComeWithoutAPosition) {
  attach();
  WakuMessage brief = attached_->text("brief");
  brief.ephemeral = true;
  node_->receive(brief);
  ASSERT_TRUE(events().wait_messages(1));
  EXPECT_EQ(events().messages[0].position, 0U);
  EXPECT_TRUE(events().messages[0].message.ephemeral);
}

TEST_F(AttachFeed, NodesThatWriteDifferentlyAreUnderstood) {
  attach({.numbers = true, .nulls = true});
  receive(numbered(0, 60));
  ASSERT_TRUE(events().wait_messages(60));
  EXPECT_EQ(events().payloads(), numbered(0, 60));
  EXPECT_EQ(attached_->counter("messages_unreadable"), 0U);
}

TEST_F(AttachFeed, AStoreWhoseHashesAreWrongIsNotBelieved) {
  attach();
  node_->change([](RestQuirks& quirks) { quirks.wrong_hashes = true; });
  node_->store(attached_->text("forged"));
  node_->stop();
  node_->start();
  ASSERT_TRUE(eventually([&] { return attached_->counter("wrong_hashes") >= 1; }));
  EXPECT_TRUE(events().payloads().empty());
  node_->change([](RestQuirks& quirks) { quirks.wrong_hashes = false; });
  node_->stop();
  node_->start();
  ASSERT_TRUE(events().wait_messages(1));
}

TEST_F(AttachFeed, AnAnswerThatIsTooLargeIsNoDisaster) {
  attach();
  node_->change([](RestQuirks& quirks) { quirks.huge = true; });
  receive({"behind it"});
  ASSERT_TRUE(events().wait_messages(1)) << "the store has it";
  node_->change([](RestQuirks& quirks) { quirks.huge = false; });
  receive({"after it"});
  ASSERT_TRUE(events().wait_messages(2));
}

TEST_F(AttachFeed, WithoutAStoreTheCachesAreAllThereIs) {
  attach();
  node_->change([](RestQuirks& quirks) { quirks.store_works = false; });
  node_->stop();
  node_->start();
  ASSERT_TRUE(events().wait_notice("the store cannot be asked"));
  ASSERT_TRUE(wait_subscribed(*node_, kTopic));
  receive({"live"});
  ASSERT_TRUE(events().wait_messages(1));
  node_->store(attached_->text("only in the store"));
  node_->change([](RestQuirks& quirks) { quirks.store_works = true; });
  ASSERT_TRUE(events().wait_messages(2)) << "once it answers again";
  ASSERT_TRUE(events().wait_notice("the store answers again"));
}

struct Kind {
  const char* name;
  RestQuirks quirks;
  const char* way;
};

class AttachWays : public ::testing::TestWithParam<Kind> {};

TEST_P(AttachWays, MessagesComeAndGoAndNothingIsLostInARestart) {
  RestNetwork network;
  RestNode node(network, GetParam().quirks);
  Attached attached(quick_config(node));
  attached.start();
  ASSERT_TRUE(attached.events.wait_notice(GetParam().way));
  ASSERT_TRUE(eventually([&] { return !node.subscriptions().empty(); }));
  node.receive(attached.text("first"));
  ASSERT_TRUE(attached.events.wait_messages(1));
  node.stop();
  node.receive(attached.text("away"));
  node.start();
  ASSERT_TRUE(attached.events.wait_messages(2));
  ASSERT_TRUE(eventually([&] { return !node.subscriptions().empty(); }));
  for (int i = 0; i < 120; ++i) node.receive(attached.text(std::to_string(i)));
  ASSERT_TRUE(attached.events.wait_messages(122));
  const auto hash = attached.send(attached.text("own"));
  ASSERT_TRUE(hash) << hash.error().describe();
  ASSERT_TRUE(attached.events.wait([&] { return attached.events.sent.size() == 1; }));
  EXPECT_THAT(attached.events.propagated, ElementsAre(*hash));
  EXPECT_THAT(attached.events.sent, ElementsAre(*hash));
  EXPECT_EQ(attached.events.payloads().size(), 122U) << "own messages do not come back";
}

INSTANTIATE_TEST_SUITE_P(
    Node, AttachWays,
    ::testing::Values(
        Kind{"today", {}, "by relay by content topic"},
        Kind{"go_waku",
             {.network = {1, 8}, .today = false, .store_v3 = false, .store_before = true, .nulls = true},
             "by relay by content topic"},
        Kind{"go_waku_elsewhere", {.today = false, .store_v3 = false, .store_before = true}, "by relay by shard"},
        Kind{"edge", {.relay = false}, "by filter and light push"},
        Kind{"edge_before",
             {.relay = false, .store_v3 = false, .store_before = true, .push_v3 = false},
             "by filter and light push"},
        Kind{"messaging", {.relay = false, .messaging = true}, "by messaging"},
        Kind{"messaging_without_times", {.relay = false, .messaging = true, .timestamps = false}, "by messaging"}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace status::waku::attach
