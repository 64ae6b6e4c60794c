// What was answered survives power loss: the commits behind it are FULL, and only those.
#include "tests/unit/waku/service_fixture.h"

namespace status::waku {
namespace {

using store::Durability;

class WakuDurability : public WakuServiceTest {
 protected:
  void SetUp() override {
    WakuServiceTest::SetUp();
    commits_.take();
  }
};

TEST_F(WakuDurability, SendIsAnsweredAfterAFullCommit) {
  ASSERT_TRUE(send("hello"));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
  ASSERT_TRUE(send("with a key", {"chat", "key"}));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
}

TEST_F(WakuDurability, AnEphemeralMessageIsWorthNone) {
  ASSERT_TRUE(send("typing", {"chat", ""}, true));
  EXPECT_TRUE(commits_.take().empty());
  ASSERT_TRUE(send("typing", {"chat", "key"}, true));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::normal)) << "its key is remembered";
}

TEST_F(WakuDurability, SubscriptionsAreAnsweredAfterAFullCommit) {
  ASSERT_TRUE(service_->subscribe({{kTopic}}, {"chat", ""}));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
  ASSERT_TRUE(service_->unsubscribe({{kTopic}}, {"chat", ""}));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
}

TEST_F(WakuDurability, PeersAreKeptWithAFullCommit) {
  ASSERT_TRUE(connect("good:1"));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
  ASSERT_TRUE(service_->disconnect({"good:1"}, {"chat", ""}));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
}

// A death in between would leave a message at chat that never comes there.
TEST_F(WakuDurability, AMessageIsInCustodyOnceItIsCommitted) {
  std::atomic<double> at_the_commit = -1;
  commits_.look = [&] { at_the_commit = passed("received"); };
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  ASSERT_THAT(logged(1), ElementsAre("1"));
  stop();  // the intake has done its work
  EXPECT_EQ(at_the_commit, 0);
  EXPECT_EQ(passed("received"), 1);
}

TEST_F(WakuDurability, WhatCountsAsReceivedIsInAFullCommitAndWhatIsOnlyNotedIsNot) {
  EXPECT_TRUE(backend_->events->on_message(message(1)));
  ASSERT_THAT(logged(1), ElementsAre("1"));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::full));
  backend_->events->on_position(7);
  backend_->events->on_connection(Connection::connected);
  ASSERT_TRUE(events_->wait_count(1));
  EXPECT_THAT(commits_.take(), ElementsAre(Durability::normal));
}

}  // namespace
}  // namespace status::waku
