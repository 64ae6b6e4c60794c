// Each operation is run again and again with its first, second, third … changed row failing, until it succeeds. After
// each failure nothing has changed, nobody was told, and nothing was sent.
#include <gtest/gtest.h>

#include "services/chat/store/rows.h"
#include "tests/unit/chat/chat_network.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using test::Network;
using test::Node;

class ChatAtomicityTest : public testing::Test {
 protected:
  void SetUp() override {
    conversation_ = alice_.converse_with(bob_.introduce());
    alice_.send(conversation_, "one");
    network_.run_for(5s);
    bob_.send(conversation_, "two");
    network_.run_for(5s);
    for (Node* node : {&alice_, &bob_, &carol_}) install_faults(*node);
  }

  static void execute(Node& node, const std::string& sql) {
    store::Transaction tx = node.database().write().value();
    const Status done = tables::execute(tx, sql, {});
    ASSERT_TRUE(done) << done.error().describe();
    ASSERT_TRUE(tx.commit());
  }

  // A trigger on every table that counts down a number, and refuses the change that finds it at zero. A rollback
  // restores the number.
  static void install_faults(Node& node) {
    std::vector<std::string> names;
    {
      store::Transaction tx = node.database().read().value();
      names = tables::all_rows<std::string>(
                  tx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'", {},
                  [](const store::Statement& row) { return row.text(0); })
                  .value();
    }
    ASSERT_GE(names.size(), 10u);
    execute(node, "CREATE TABLE fault (countdown INTEGER)");
    execute(node, "INSERT INTO fault VALUES (1000000)");
    for (const std::string& table : names) {
      for (const std::string change : {"INSERT", "UPDATE", "DELETE"}) {
        execute(node, "CREATE TRIGGER fault_" + change + "_" + table + " BEFORE " + change + " ON " + table +
                          " BEGIN SELECT RAISE(ABORT, 'injected') FROM fault WHERE countdown = 0; "
                          "UPDATE fault SET countdown = countdown - 1; END");
      }
    }
  }

  // The number of failures before the success.
  int fail_each_step(Node& node, const std::function<Status()>& operation) {
    const std::string before = node.dump({"fault"});
    const std::size_t events = node.events.size();
    const std::size_t sent = network_.sent.size();
    for (int step = 0; step < 1'000; ++step) {
      execute(node, "UPDATE fault SET countdown = " + std::to_string(step));
      const Status outcome = operation();
      if (outcome) {
        execute(node, "UPDATE fault SET countdown = 1000000");
        return step;
      }
      EXPECT_EQ(outcome.error().reason, "store.constraint") << outcome.error().describe();
      EXPECT_EQ(node.dump({"fault"}), before) << "step " << step;
      EXPECT_EQ(node.events.size(), events) << "step " << step;
      EXPECT_EQ(network_.sent.size(), sent) << "step " << step;
    }
    ADD_FAILURE() << "it never succeeds";
    return -1;
  }

  template <class Reply>
  static Status status_of(const Result<Reply>& reply) {
    return reply ? Status() : fail(reply.error());
  }

  // What `action` sends, caught before it arrives.
  std::vector<Network::Sent> caught(const std::function<void()>& action) {
    network_.drops = [](const Network::Sent&) { return true; };
    const std::size_t before = network_.sent.size();
    action();
    network_.run_for(100ms);
    network_.drops = nullptr;
    return {network_.sent.begin() + static_cast<std::ptrdiff_t>(before), network_.sent.end()};
  }

  static Status give(Node& node, const Network::Sent& message, const std::string& cursor) {
    return node.chat().on_waku_page({{{Bytes(32, 9), message.topic, message.payload}}, cursor});
  }

  static Status give_page(Node& node, const std::vector<Network::Sent>& messages, const std::string& cursor) {
    WakuPage page{.messages = {}, .cursor = cursor};
    for (const Network::Sent& message : messages)
      page.messages.push_back({Bytes(32, 9), message.topic, message.payload});
    return node.chat().on_waku_page(page);
  }
  // The acknowledgement of a text that bob sends now, caught on its way to him.
  Network::Sent acknowledgement_of(const std::string& text) {
    network_.drops = [](const Network::Sent& message) { return message.from == "alice"; };
    const std::size_t before = network_.sent.size();
    bob_.send(conversation_, text);
    network_.run_for(100ms);
    network_.drops = nullptr;
    EXPECT_EQ(network_.sent.size(), before + 2) << "the text and its acknowledgement";
    return network_.sent.back();
  }

  Network network_{13};
  Node& alice_ = network_.add("alice");
  Node& bob_ = network_.add("bob");
  Node& carol_ = network_.add("carol");
  std::string conversation_;
};

TEST_F(ChatAtomicityTest, SendMessageWithItsKey) {
  std::string id;
  const int steps = fail_each_step(alice_, [&] {
    const auto reply = alice_.chat().send_message({conversation_, "three"}, {"desktop", "key"});
    if (reply) id = reply->message_id.text();
    return status_of(reply);
  });
  EXPECT_EQ(steps, 5) << "session, outbox, conversation, message, idempotency key";
  ASSERT_TRUE(network_.run_until([&] { return bob_.texts(conversation_).size() == 2; }));
  EXPECT_EQ(alice_.chat().send_message({conversation_, "three"}, {"desktop", "key"})->message_id.text(), id);
}

TEST_F(ChatAtomicityTest, IntroductionAndConversation) {
  std::string introduction;
  EXPECT_EQ(fail_each_step(alice_,
                           [&] {
                             CreateIntroduction::Request request;
                             request.single_use = true;
                             const auto reply = alice_.chat().create_introduction(request, {});
                             if (reply) introduction = reply->introduction;
                             return status_of(reply);
                           }),
            2);
  EXPECT_GE(fail_each_step(carol_, [&] { return status_of(carol_.chat().create_conversation({introduction}, {})); }),
            5);
  ASSERT_TRUE(network_.run_until([&] { return alice_.events_named("conversation_created").size() == 2; }));
}

TEST_F(ChatAtomicityTest, StartingAnewWhatWasNotAnswered) {
  caught([&] {
    const std::string conversation = carol_.converse_with(bob_.introduce(true));
    for (int i = 0; i < 3; ++i) carol_.send(conversation, "hello");
  });
  const std::string newer = bob_.introduce(true);
  EXPECT_GE(fail_each_step(carol_, [&] { return status_of(carol_.chat().create_conversation({newer}, {})); }), 10);
  ASSERT_TRUE(network_.run_until([&] { return bob_.events_named("message_received").size() == 4; }));
}

TEST_F(ChatAtomicityTest, AnInvitationThatArrives) {
  const std::string introduction = bob_.introduce(true);
  const std::vector<Network::Sent> sent = caught([&] { carol_.send(carol_.converse_with(introduction), "hello"); });
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, sent[0], "101"); }), 6);
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, sent[1], "102"); }), 5);
  EXPECT_EQ(bob_.chat().waku_cursor().value(), "102");
  EXPECT_EQ(bob_.events_named("message_received").size(), 2u);
}

TEST_F(ChatAtomicityTest, MessagesThatArriveOutOfOrderAndTheirAcknowledgement) {
  const std::vector<Network::Sent> sent = caught([&] {
    for (int i = 0; i < 3; ++i) alice_.send(conversation_, "m" + std::to_string(i));
  });
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, sent[2], "101"); }), 5);
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, sent[1], "102"); }), 5);
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, sent[0], "103"); }), 9);
  EXPECT_EQ(bob_.texts(conversation_), (std::vector<std::string>{"one", "m0", "m1", "m2"}));
  EXPECT_EQ(fail_each_step(bob_, [&] { return give(bob_, sent[0], "104"); }), 1) << "a duplicate moves the cursor";

  const std::vector<Network::Sent> acknowledgement = caught([&] { network_.run_for(1s); });
  ASSERT_FALSE(acknowledgement.empty());
  EXPECT_GE(fail_each_step(alice_, [&] { return give(alice_, acknowledgement[0], "201"); }), 9);
  EXPECT_EQ(alice_.events_named("message_delivered").size(), 4u);
}

TEST_F(ChatAtomicityTest, APageOfEverythingAtOnce) {
  const std::vector<Network::Sent> texts = caught([&] {
    alice_.send(conversation_, "m1");
    alice_.send(conversation_, "m2");
  });
  ASSERT_EQ(texts.size(), 2u);
  const Network::Sent garbage{"x", inbox_topic(PublicKey{}), Bytes(50, 1)};
  const Network::Sent first = acknowledgement_of("three");
  const Network::Sent second = acknowledgement_of("four");
  const std::size_t received = bob_.events_named("message_received").size();
  const std::size_t delivered = bob_.events_named("message_delivered").size();
  EXPECT_GE(fail_each_step(bob_,
                           [&] {
                             return give_page(bob_, {texts[1], texts[0], texts[0], garbage, first, second}, "301");
                           }),
            20);
  EXPECT_EQ(bob_.texts(conversation_), (std::vector<std::string>{"one", "m1", "m2"}));
  EXPECT_EQ(bob_.events_named("message_received").size(), received + 2);
  EXPECT_EQ(bob_.events_named("message_delivered").size(), delivered + 2);
  EXPECT_EQ(bob_.events_named("inbound_error").size(), 1u);
  EXPECT_EQ(bob_.chat().waku_cursor().value(), "301");
  ASSERT_TRUE(network_.run_until([&] { return alice_.events_named("message_delivered").size() == 3; }));
}

TEST_F(ChatAtomicityTest, AnInvitationAndATextOfItsSessionInOnePage) {
  const std::string introduction = bob_.introduce(true);
  std::string conversation;
  const std::vector<Network::Sent> sent = caught([&] {
    conversation = carol_.converse_with(introduction);
    carol_.send(conversation, "hello");
  });
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_GE(fail_each_step(bob_, [&] { return give_page(bob_, sent, "301"); }), 10);
  EXPECT_EQ(bob_.texts(conversation), (std::vector<std::string>{"hello"}));
  EXPECT_EQ(bob_.events_named("conversation_created").size(), 2u);
  EXPECT_EQ(bob_.chat().waku_cursor().value(), "301");
  ASSERT_TRUE(network_.run_until([&] { return carol_.events_named("message_delivered").size() == 1; }));
}

TEST_F(ChatAtomicityTest, GarbageThatArrives) {
  const Network::Sent garbage{"x", inbox_topic(PublicKey{}), Bytes(50, 1)};
  EXPECT_GE(fail_each_step(bob_, [&] { return give(bob_, garbage, "101"); }), 2);
  EXPECT_EQ(bob_.events_named("inbound_error").size(), 1u);
}

TEST_F(ChatAtomicityTest, MarksNamesAndDeletion) {
  EXPECT_GE(fail_each_step(bob_, [&] { return status_of(bob_.chat().mark_read({conversation_, {}}, {"a", "1"})); }), 2);
  EXPECT_GE(
      fail_each_step(bob_,
                     [&] {
                       return status_of(bob_.chat().set_conversation_nickname({conversation_, "Alice"}, {"a", "2"}));
                     }),
      2);
  EXPECT_GE(fail_each_step(bob_,
                           [&] {
                             return status_of(bob_.chat().delete_conversation({conversation_}, {"a", "3"}));
                           }),
            4);
}

}  // namespace
}  // namespace status::chat
