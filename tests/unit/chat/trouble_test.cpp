// What is broken stays where it is: one conversation does not stop the others, and nothing stops without a word.
#include <gtest/gtest.h>

#include "services/chat/store/rows.h"
#include "tests/unit/chat/chat_network.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using test::Network;
using test::Node;

class ChatTroubleTest : public testing::Test {
 protected:
  void SetUp() override {
    with_alice_ = alice_.converse_with(bob_.introduce());
    with_carol_ = carol_.converse_with(bob_.introduce());
    network_.run_for(5s);
    ASSERT_TRUE(bob_.texts(with_alice_).empty());
  }
  static void execute(Node& node, const std::string& sql) {
    store::Transaction tx = node.database().write().value();
    const Status done = tables::execute(tx, sql, {});
    ASSERT_TRUE(done) << done.error().describe();
    ASSERT_TRUE(tx.commit());
  }
  void break_session_with_alice() {
    execute(bob_,
            "UPDATE sessions SET state = x'00' WHERE conversation = "
            "(SELECT id FROM conversations WHERE name = '" +
                with_alice_ + "')");
  }

  Network network_{21};
  Node& alice_ = network_.add("alice");
  Node& bob_ = network_.add("bob");
  Node& carol_ = network_.add("carol");
  std::string with_alice_, with_carol_;
};

TEST_F(ChatTroubleTest, AnUnreadableSessionDoesNotHoldUpThePageThatItsMessagesAreIn) {
  break_session_with_alice();
  alice_.send(with_alice_, "cannot be read");
  carol_.send(with_carol_, "can");
  ASSERT_TRUE(network_.run_until([&] { return bob_.texts(with_carol_).size() == 1; }));
  ASSERT_TRUE(network_.run_until([&] { return carol_.events_named("message_delivered").size() == 1; }));
  ASSERT_FALSE(bob_.events_named("inbound_error").empty());
  EXPECT_EQ(bob_.events_named("inbound_error")[0].data.string_or("reason", ""), "chat.bad_state");
}

TEST_F(ChatTroubleTest, AnAcknowledgementThatCannotBeMadeDoesNotHoldUpTheOthers) {
  break_session_with_alice();
  const std::size_t before = network_.sent.size();
  bob_.stop();
  bob_.start();  // greets both
  network_.run_for(5s);
  EXPECT_EQ(network_.sent.size(), before + 1);
  ASSERT_TRUE(bob_.chat().trouble());
  EXPECT_EQ(bob_.chat().trouble()->reason, "chat.bad_state");
  carol_.send(with_carol_, "hello");
  EXPECT_TRUE(network_.run_until([&] { return carol_.events_named("message_delivered").size() == 1; }, 1s));
}

TEST_F(ChatTroubleTest, APageThatCannotBeStoredIsReported) {
  execute(bob_, "CREATE TRIGGER refused BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END");
  alice_.send(with_alice_, "hello");
  network_.run_for(100ms);
  ASSERT_TRUE(bob_.chat().trouble());
  EXPECT_EQ(bob_.chat().trouble()->reason, "store.constraint");
  execute(bob_, "DROP TRIGGER refused");
  bob_.drain();
  EXPECT_FALSE(bob_.chat().trouble());
  EXPECT_EQ(bob_.texts(with_alice_).size(), 1u);
}

}  // namespace
}  // namespace status::chat
