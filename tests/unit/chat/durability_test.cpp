// What was answered or acknowledged survives power loss: the commits behind it are FULL, and only those.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/chat/chat_network.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using store::Durability;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class ChatDurability : public testing::Test {
 protected:
  void SetUp() override {
    conversation_ = alice_.converse_with(bob_.introduce());
    network_.run_for(5s);
    alice_.commits.take();
    bob_.commits.take();
  }
  // A page with the last text, again and again the same.
  Status give_page() {
    const test::Network::Sent& last = network_.sent.back();
    return bob_.chat().on_waku_page({{{Bytes(32, 9), last.topic, last.payload}}, "77"});
  }

  test::Network network_{14};
  test::Node& alice_ = network_.add("alice");
  test::Node& bob_ = network_.add("bob");
  std::string conversation_;
};

TEST_F(ChatDurability, AMessageIsAnsweredAfterAFullCommit) {
  alice_.send(conversation_, "hello");
  EXPECT_THAT(alice_.commits.take(), ElementsAre(Durability::full));
}

TEST_F(ChatDurability, SoIsEveryOtherWrite) {
  alice_.introduce(true);
  EXPECT_THAT(alice_.commits.take(), ElementsAre(Durability::full));
  ASSERT_TRUE(alice_.chat().mark_read({conversation_, {}}, {"desktop", "key"}));
  EXPECT_THAT(alice_.commits.take(), ElementsAre(Durability::full));
  test::Node& carol = network_.add("carol");
  const std::string introduction = carol.introduce();
  carol.commits.take();
  alice_.converse_with(introduction);
  EXPECT_THAT(alice_.commits.take(), ElementsAre(Durability::full));
}

TEST_F(ChatDurability, APageIsTakenWithAFullCommitUnlessItOnlyRepeats) {
  network_.drops = [](const test::Network::Sent&) { return true; };
  alice_.send(conversation_, "hello");
  ASSERT_TRUE(give_page());
  EXPECT_EQ(bob_.texts(conversation_).size(), 1U);
  EXPECT_THAT(bob_.commits.take(), ElementsAre(Durability::full));
  ASSERT_TRUE(give_page());
  EXPECT_THAT(bob_.commits.take(), ElementsAre(Durability::normal)) << "it may come a third time";
}

TEST_F(ChatDurability, AnAcknowledgementLeavesAfterAFullCommit) {
  network_.drops = [](const test::Network::Sent& message) { return message.from == "bob"; };
  alice_.send(conversation_, "hello");
  ASSERT_TRUE(network_.run_until([&] { return network_.sent.back().from == "bob"; }));
  EXPECT_THAT(bob_.commits.take(), testing::AllOf(Not(IsEmpty()), Each(Durability::full)));
}

}  // namespace
}  // namespace status::chat
