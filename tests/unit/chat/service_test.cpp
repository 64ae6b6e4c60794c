// The methods of the chat service: pages, marks, repeated calls, bad input.
#include "services/chat/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/chat/protocol/introduction.h"
#include "tests/support/openrpc_check.h"
#include "tests/unit/chat/chat_network.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using test::Network;
using test::Node;

TEST(ChatInterface, IsTheCommittedDocument) {
  EXPECT_TRUE(status::test::matches_committed(interface(), "services/chat/openrpc.json"));
}

TEST(ChatInterface, RequestsThatAreCutOversizeOrOfAWrongTypeNameWhatIsWrong) {
  const SendMessage::Request request{"0123", "hello"};
  const Bytes whole = api::encode(request).value();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = api::decode<SendMessage::Request>(ByteView(whole).first(size), api::Mode::strict);
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().code, Code::invalid_argument);
  }
  const auto problem = [](Value params) {
    const auto read = api::from_value<SendMessage::Request>(params, api::Mode::strict);
    return read ? std::string() : read.error().message;
  };
  EXPECT_EQ(problem(Value::map({{"conversation", "c"}, {"content", std::string(4'096, 'x')}})), "");
  EXPECT_THAT(problem(Value::map({{"conversation", "c"}, {"content", std::string(4'097, 'x')}})),
              testing::HasSubstr("`content`"));
  EXPECT_THAT(problem(Value::map({{"conversation", "c"}, {"content", 7}})), testing::HasSubstr("`content`"));
  EXPECT_THAT(problem(Value::map({{"conversation", "c"}, {"contents", "x"}})), testing::HasSubstr("`content`"));
  EXPECT_THAT(problem(Value::map({{"content", "x"}})), testing::HasSubstr("`conversation`"));
}

class ChatServiceTest : public testing::Test {
 protected:
  void connect() {
    conversation_ = alice_.converse_with(bob_.introduce());
    ASSERT_TRUE(network_.run_until([&] { return !bob_.events_named("conversation_created").empty(); }));
    network_.run_for(100ms);
  }
  void exchange(int count) {
    for (int i = 1; i <= count; ++i) alice_.send(conversation_, "m" + std::to_string(i));
    const auto wanted = alice_.texts(conversation_, true).size();
    ASSERT_TRUE(network_.run_until([&] { return bob_.texts(conversation_).size() == wanted; }));
    network_.run_for(100ms);
  }
  ConversationView view(Node& node) { return node.chat().list_conversations({}, {}).value().conversations.at(0); }

  Network network_{11};
  Node& alice_ = network_.add("alice");
  Node& bob_ = network_.add("bob");
  std::string conversation_;
};

TEST_F(ChatServiceTest, TheIdentityStays) {
  const auto before = alice_.chat().identity({}, {}).value();
  EXPECT_EQ(before.identity.bytes.size(), 32u);
  alice_.stop();
  alice_.start();
  EXPECT_EQ(alice_.chat().identity({}, {}).value().identity, before.identity);
  EXPECT_NE(bob_.chat().identity({}, {}).value().identity, before.identity);
}

TEST_F(ChatServiceTest, IntroductionsShareAPrekeyForAWeekAndSingleUseOnesHaveTheirOwn) {
  const auto prekey = [&](bool single_use) {
    CreateIntroduction::Request request;
    request.single_use = single_use;
    const std::string text = alice_.chat().create_introduction(request, {}).value().introduction;
    return parse_introduction(text).value().bundle;
  };
  const PrekeyBundle first = prekey(false);
  EXPECT_EQ(first.one_time_prekey_id, 0u);
  const PrekeyBundle second = prekey(true);
  EXPECT_EQ(second.signed_prekey_id, first.signed_prekey_id);
  EXPECT_NE(second.one_time_prekey_id, 0u);
  EXPECT_NE(prekey(true).one_time_prekey_id, second.one_time_prekey_id);
  network_.run_for(7 * 24h + 1min);
  EXPECT_NE(prekey(false).signed_prekey_id, first.signed_prekey_id);
}

TEST_F(ChatServiceTest, PagesGoBothWaysWithoutHolesOrRepetition) {
  connect();
  exchange(45);
  GetMessages::Request request{conversation_, {}, 20, "older"};
  std::vector<std::string> older;
  std::vector<std::size_t> sizes;
  do {
    const auto page = bob_.chat().get_messages(request, {}).value();
    sizes.push_back(page.messages.size());
    for (const MessageView& message : page.messages) older.push_back(message.content);
    request.cursor = page.cursor;
  } while (request.cursor);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{20, 20, 5}));
  std::vector<std::string> newer = bob_.texts(conversation_);
  std::reverse(newer.begin(), newer.end());
  EXPECT_EQ(older, newer);

  // Going newer, the last cursor shows what has come since.
  request = {conversation_, {}, 200, "newer"};
  request.cursor = bob_.chat().get_messages(request, {}).value().cursor;
  EXPECT_TRUE(bob_.chat().get_messages(request, {}).value().messages.empty());
  alice_.send(conversation_, "one more");
  network_.run_for(100ms);
  const auto page = bob_.chat().get_messages(request, {}).value();
  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].content, "one more");
  EXPECT_EQ(bob_.chat().get_messages({conversation_}, {}).value().messages.size(), 20u) << "the default page";
}

TEST_F(ChatServiceTest, StatesAndIdsOfAMessageAtBothEnds) {
  connect();
  network_.drops = [](const Network::Sent&) { return true; };
  const HexBytes id = alice_.send(conversation_, "hello");
  const auto state = [&](Node& node) {
    return node.chat().get_messages({conversation_}, {}).value().messages.at(0).state;
  };
  EXPECT_EQ(state(alice_), kStatePending);
  network_.run_for(50ms);
  EXPECT_EQ(state(alice_), kStateSent);
  EXPECT_EQ(view(alice_).undelivered, 1u);
  network_.drops = nullptr;
  network_.run_for(5s);
  EXPECT_EQ(state(alice_), kStateDelivered);
  EXPECT_EQ(view(alice_).undelivered, 0u);
  EXPECT_TRUE(view(alice_).confirmed);
  EXPECT_EQ(state(bob_), kStateReceived);
  const auto received = bob_.chat().get_messages({conversation_}, {}).value().messages.at(0);
  EXPECT_EQ(received.message_id, id);
  EXPECT_EQ(received.sender, alice_.chat().identity({}, {}).value().identity);
  EXPECT_FALSE(received.outgoing);
}

TEST_F(ChatServiceTest, ReadMarksOnlyMoveForward) {
  connect();
  exchange(5);
  EXPECT_EQ(view(bob_).unread, 5u);
  const auto page = bob_.chat().get_messages({conversation_, {}, 20, "newer"}, {}).value();
  EXPECT_EQ(bob_.chat().mark_read({conversation_, page.messages[2].message_id}, {}).value().unread, 2u);
  EXPECT_EQ(bob_.chat().mark_read({conversation_, page.messages[0].message_id}, {}).value().unread, 2u);
  EXPECT_EQ(bob_.chat().get_messages({conversation_, {}, 20, "newer"}, {}).value().messages[2].state, kStateRead);
  EXPECT_EQ(bob_.chat().mark_read({conversation_, {}}, {}).value().unread, 0u);
  EXPECT_EQ(view(bob_).unread, 0u);
  EXPECT_EQ(view(alice_).unread, 0u) << "own messages do not count";
}

TEST_F(ChatServiceTest, NicknamesAreShownAndRemoved) {
  connect();
  ASSERT_TRUE(bob_.chat().set_conversation_nickname({conversation_, "Alice ❤"}, {}));
  EXPECT_EQ(view(bob_).nickname, "Alice ❤");
  ASSERT_TRUE(bob_.chat().set_conversation_nickname({conversation_, ""}, {}));
  EXPECT_EQ(view(bob_).nickname, "");
  EXPECT_EQ(view(alice_).nickname, "");
}

TEST_F(ChatServiceTest, ConversationsComeInPages) {
  for (int i = 0; i < 5; ++i) {
    Node& other = network_.add("other" + std::to_string(i));
    alice_.converse_with(other.introduce());
  }
  ListConversations::Request request{{}, 2};
  std::vector<std::string> seen;
  do {
    const auto page = alice_.chat().list_conversations(request, {}).value();
    EXPECT_LE(page.conversations.size(), 2u);
    for (const ConversationView& one : page.conversations) seen.push_back(one.conversation);
    request.cursor = page.cursor;
  } while (request.cursor);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 5u);
  EXPECT_EQ(seen.size(), 5u);
}

TEST_F(ChatServiceTest, ARepeatedCallWithAKeyIsDoneOnce) {
  connect();
  const Caller caller{"desktop", "key-1"};
  const auto first = alice_.chat().send_message({conversation_, "once"}, caller);
  const auto again = alice_.chat().send_message({conversation_, "once"}, caller);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->message_id, first->message_id);
  alice_.stop();
  alice_.start();
  EXPECT_EQ(alice_.chat().send_message({conversation_, "once"}, caller)->message_id, first->message_id);
  const auto other = alice_.chat().send_message({conversation_, "something else"}, caller);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "ipc.idempotency_mismatch");
  ASSERT_TRUE(alice_.chat().send_message({conversation_, "once"}, {"statusctl", "key-1"})) << "another caller's key";
  network_.run_for(5s);
  EXPECT_EQ(bob_.texts(conversation_), (std::vector<std::string>{"once", "once"}));

  const Caller starter{"desktop", "key-2"};
  const std::string introduction = bob_.introduce();
  const auto created = network_.add("carol").chat().create_conversation({introduction}, starter);
  ASSERT_TRUE(created);
  EXPECT_TRUE(created->created);
}

TEST_F(ChatServiceTest, StartingAConversationTwiceIsTheSameConversation) {
  const std::string introduction = bob_.introduce();
  const auto first = alice_.chat().create_conversation({introduction}, {}).value();
  EXPECT_TRUE(first.created);
  const auto again = alice_.chat().create_conversation({introduction}, {}).value();
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.conversation, first.conversation);
  network_.run_for(1s);
  EXPECT_FALSE(alice_.chat().create_conversation({bob_.introduce()}, {}).value().created);
  EXPECT_EQ(bob_.converse_with(alice_.introduce()), first.conversation);
  EXPECT_EQ(bob_.events_named("conversation_created").size(), 1u);
}

struct BadCall {
  std::string name;
  std::function<Error(Node&, const std::string& conversation, const std::string& introduction)> call;
  Code code;
  std::string reason;
};

TEST_F(ChatServiceTest, BadInputIsAClearErrorAndChangesNothing) {
  connect();
  exchange(3);
  const std::string own = alice_.introduce();
  std::string forged = bob_.introduce();
  forged[40] = forged[40] == 'A' ? 'B' : 'A';
  const std::string unknown = "00000000000000000000000000000000";
  const std::string long_text(4'097, 'x');
  const std::vector<BadCall> calls = {
      {"send, unknown",
       [&](Node& n, auto&, auto&) {
         return n.chat().send_message({unknown, "x"}, {}).error();
       },
       Code::not_found, "chat.unknown_conversation"},
      {"send, empty",
       [&](Node& n, auto& c, auto&) {
         return n.chat().send_message({c, ""}, {}).error();
       },
       Code::invalid_argument, "chat.bad_text"},
      {"send, long",
       [&](Node& n, auto& c, auto&) {
         return n.chat().send_message({c, long_text}, {}).error();
       },
       Code::invalid_argument, "chat.bad_text"},
      {"send, not UTF-8",
       [&](Node& n, auto& c, auto&) {
         return n.chat().send_message({c, "\xc3\x28"}, {}).error();
       },
       Code::invalid_argument, "chat.bad_text"},
      {"get, unknown", [&](Node& n, auto&, auto&) { return n.chat().get_messages({unknown}, {}).error(); },
       Code::not_found, "chat.unknown_conversation"},
      {"get, cursor",
       [&](Node& n, auto& c, auto&) {
         return n.chat().get_messages({c, "12x"}, {}).error();
       },
       Code::invalid_argument, "chat.bad_cursor"},
      {"list, cursor", [&](Node& n, auto&, auto&) { return n.chat().list_conversations({"-1"}, {}).error(); },
       Code::invalid_argument, "chat.bad_cursor"},
      {"errors, cursor", [&](Node& n, auto&, auto&) { return n.chat().errors({""}, {}).error(); },
       Code::invalid_argument, "chat.bad_cursor"},
      {"mark, unknown",
       [&](Node& n, auto&, auto&) {
         return n.chat().mark_read({unknown, {}}, {}).error();
       },
       Code::not_found, "chat.unknown_conversation"},
      {"mark, message",
       [&](Node& n, auto& c, auto&) {
         return n.chat().mark_read({c, HexBytes{Bytes(16, 1)}}, {}).error();
       },
       Code::not_found, "chat.unknown_message"},
      {"nickname, unknown",
       [&](Node& n, auto&, auto&) {
         return n.chat().set_conversation_nickname({unknown, "x"}, {}).error();
       },
       Code::not_found, "chat.unknown_conversation"},
      {"nickname, long",
       [&](Node& n, auto& c, auto&) {
         return n.chat().set_conversation_nickname({c, std::string(65, 'n')}, {}).error();
       },
       Code::invalid_argument, "chat.bad_text"},
      {"delete, unknown", [&](Node& n, auto&, auto&) { return n.chat().delete_conversation({unknown}, {}).error(); },
       Code::not_found, "chat.unknown_conversation"},
      {"create, own", [&](Node& n, auto&, auto&) { return n.chat().create_conversation({own}, {}).error(); },
       Code::invalid_argument, "chat.own_introduction"},
      {"create, something else",
       [&](Node& n, auto&, auto&) { return n.chat().create_conversation({"hello"}, {}).error(); },
       Code::invalid_argument, "chat.not_an_introduction"},
      {"create, damaged", [&](Node& n, auto&, auto&) { return n.chat().create_conversation({forged}, {}).error(); },
       Code::invalid_argument, "chat.introduction_damaged"},
  };
  const std::string before = alice_.dump();
  const std::size_t events = alice_.events.size();
  const std::size_t sent = network_.sent.size();
  for (const BadCall& bad : calls) {
    const Error error = bad.call(alice_, conversation_, "");
    EXPECT_EQ(error.reason, bad.reason) << bad.name;
    EXPECT_EQ(error.code, bad.code) << bad.name;
    EXPECT_FALSE(error.message.empty()) << bad.name;
  }
  EXPECT_EQ(alice_.dump(), before);
  EXPECT_EQ(alice_.events.size(), events);
  network_.run_for(1s);
  EXPECT_EQ(network_.sent.size(), sent);
}

TEST_F(ChatServiceTest, AnExpiredIntroductionIsRefusedButAClockThatIsAnHourWrongIsTolerated) {
  CreateIntroduction::Request request;
  request.valid_ms = 60'000;
  Node& ahead = network_.add("ahead", 1h);
  const std::string introduction = bob_.chat().create_introduction(request, {}).value().introduction;
  EXPECT_TRUE(ahead.chat().create_conversation({introduction}, {}));
  network_.run_for(3h);
  const auto refused = alice_.chat().create_conversation({introduction}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "chat.introduction_expired");
}

TEST_F(ChatServiceTest, TheOutboxIsBounded) {
  ChatConfig config;
  config.max_unacknowledged = 5;
  Node& carol = network_.add("carol", 0ms, config);
  const std::string conversation = carol.converse_with(bob_.introduce());
  network_.run_for(1s);
  network_.drops = [](const Network::Sent&) { return true; };
  for (int i = 0; i < 5; ++i) carol.send(conversation, "x");
  const std::string before = carol.dump();
  const auto sixth = carol.chat().send_message({conversation, "x"}, {});
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error().code, Code::resource_exhausted);
  EXPECT_EQ(sixth.error().reason, "chat.outbox_full");
  EXPECT_TRUE(sixth.error().retryable);
  EXPECT_EQ(carol.dump(), before);
  network_.drops = nullptr;
  network_.run_for(5s);
  EXPECT_TRUE(carol.chat().send_message({conversation, "x"}, {}));
}

TEST_F(ChatServiceTest, PrekeysThatHaveExpiredAreDeletedAtTheStart) {
  bob_.introduce(true);
  const auto prekeys = [&] {
    return bob_.database().read().value().integer("SELECT count(*) FROM prekeys", {}).value().value_or(-1);
  };
  bob_.stop();
  bob_.start();
  ASSERT_EQ(prekeys(), 2) << "the signed one and that of the introduction";
  bob_.stop();
  network_.run_for(std::chrono::hours(24 * 68));
  bob_.start();
  EXPECT_EQ(prekeys(), 0);
}

TEST_F(ChatServiceTest, AFullDiskRefusesWritesAndNothingIsLost) {
  connect();
  exchange(2);
  bob_.disk.free = 1 << 20;
  network_.run_for(2s);  // the store asks the disk once a second
  EXPECT_EQ(bob_.chat().send_message({conversation_, "x"}, {}).error().reason, "store.disk_full");
  EXPECT_EQ(bob_.texts(conversation_).size(), 2u) << "reads go on";
  alice_.send(conversation_, "m3");
  network_.run_for(3s);
  EXPECT_EQ(bob_.texts(conversation_).size(), 2u);
  bob_.disk.free = 1ULL << 40;
  network_.run_for(2s);
  bob_.drain();
  ASSERT_TRUE(network_.run_until([&] { return bob_.texts(conversation_).size() == 3; }));
  EXPECT_TRUE(network_.run_until([&] { return alice_.events_named("message_delivered").size() == 3; }));
  EXPECT_FALSE(bob_.chat().trouble());
}

TEST_F(ChatServiceTest, AStoreThatRefusesDelaysTheNotesButNotTheDelivery) {
  connect();
  network_.drops = [](const Network::Sent&) { return true; };
  bob_.accepts = false;
  bob_.send(conversation_, "on its way");
  network_.run_for(5s);
  bob_.disk.free = 1 << 20;
  network_.run_for(2s);
  bob_.accepts = true;
  bob_.chat().on_delivery_state("connected", "");
  const std::size_t sent = network_.sent.size();
  network_.run_for(1min);
  ASSERT_TRUE(bob_.chat().trouble());
  EXPECT_EQ(bob_.chat().trouble()->reason, "store.disk_full");
  EXPECT_GT(network_.sent.size(), sent + 3) << "repetitions go on";
  EXPECT_TRUE(bob_.events_named("message_sent").empty());
  bob_.stop();
  bob_.start();  // which writes nothing
  EXPECT_EQ(bob_.texts(conversation_, true).size(), 1u);
  bob_.disk.free = 1ULL << 40;
  network_.run_for(35s);
  EXPECT_FALSE(bob_.chat().trouble());
  EXPECT_EQ(bob_.events_named("message_sent").size(), 1u);
}

}  // namespace
}  // namespace status::chat
