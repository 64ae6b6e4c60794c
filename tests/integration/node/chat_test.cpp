// The chat module's small methods as a front end uses them, between two nodes; and the largest text.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "services/chat/api.h"
#include "services/waku/api.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

class Chat : public PlacedNodes {
 protected:
  void SetUp() override {
    PlacedNodes::SetUp();
    a_ = &start();
    b_ = &start();
    ASSERT_OK(link(*a_, *b_));
    const auto talk = converse(*a_, *b_);
    ASSERT_OK(talk);
    talk_ = *talk;
  }

  void say_from_a(const std::string& text) {
    ASSERT_OK(say(*a_, talk_, text, std::to_string(++said_)));
    ASSERT_TRUE(await_heard(*b_, said_));
  }
  // The one conversation of that node, or none.
  static std::optional<chat::ConversationView> conversation_at(Node& node) {
    const auto listed = node.front().call<chat::ListConversations>("chat", {});
    EXPECT_OK(listed);
    if (!listed || listed->conversations.empty()) return std::nullopt;
    return listed->conversations.front();
  }

  Node* a_ = nullptr;
  Node* b_ = nullptr;
  Conversation talk_;
  std::size_t said_ = 0;
};

TEST_P(Chat, TheLargestTextArrivesWhole) {
  constexpr std::string_view kFourBytes = "\xf0\x9f\x98\x80";
  std::string text;
  for (int i = 0; i < 4'096; ++i) text += kFourBytes;
  say_from_a(text);
  EXPECT_TRUE(heard(*b_).at(0) == text);
  EXPECT_TRUE(received(*b_, talk_.id).value_or(std::vector<std::string>(1)).at(0) == text);
  text += kFourBytes;
  const auto refused = a_->front().call<chat::SendMessage>("chat", {talk_.id, text});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument) << refused.error().describe();
}

TEST_P(Chat, MessagesAreMarkedAsReadUpToOneOrAll) {
  for (const char* text : {"one", "two", "three"}) say_from_a(text);
  const auto page = b_->front().call<chat::GetMessages>("chat", {.conversation = talk_.id, .direction = "newer"});
  ASSERT_OK(page);
  ASSERT_EQ(page->messages.size(), 3u);
  EXPECT_EQ(conversation_at(*b_)->unread, 3u);
  const auto first = b_->front().call<chat::MarkRead>("chat", {talk_.id, page->messages[0].message_id});
  ASSERT_OK(first);
  EXPECT_EQ(first->unread, 2u);
  ASSERT_OK(b_->restart("chat"));
  EXPECT_EQ(conversation_at(*b_)->unread, 2u) << "it is on disk";
  const auto all = b_->front().call<chat::MarkRead>("chat", {talk_.id, std::nullopt});
  ASSERT_OK(all);
  EXPECT_EQ(all->unread, 0u);
  EXPECT_EQ(conversation_at(*b_)->last_message->state, chat::kStateRead);
}

TEST_P(Chat, ANicknameIsOfThisNodeAlone) {
  say_from_a("hello");
  ASSERT_OK(b_->front().call<chat::SetConversationNickname>("chat", {talk_.id, "Alice ❤"}));
  ASSERT_OK(b_->restart("chat"));
  EXPECT_EQ(conversation_at(*b_)->nickname, "Alice ❤") << "it is on disk";
  EXPECT_EQ(conversation_at(*a_)->nickname, "");
}

TEST_P(Chat, ADeletedConversationComesBackEmptyWithTheNextMessage) {
  say_from_a("forgotten");
  ASSERT_OK(b_->front().call<chat::DeleteConversation>("chat", {talk_.id}));
  EXPECT_FALSE(conversation_at(*b_));
  const auto gone = b_->front().call<chat::GetMessages>("chat", {.conversation = talk_.id});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, "chat.unknown_conversation");
  say_from_a("remembered");
  EXPECT_THAT(received(*b_, talk_.id).value_or(std::vector<std::string>()), testing::ElementsAre("remembered"));
}

TEST_P(Chat, WhatCannotBeReadIsAnErrorWithAReasonAndDisturbsNothing) {
  say_from_a("before");
  // Where B can be reached is seen in any store.
  const auto stored = a_->front().call<waku::StoreQueryMethod>("waku", {});
  ASSERT_OK(stored);
  ASSERT_FALSE(stored->messages.empty());
  const auto sent = a_->front().call<waku::Send>(
      "waku", {stored->messages.front().content_topic, to_bytes(as_bytes("no envelope")), false});
  ASSERT_OK(sent);
  ASSERT_TRUE(b_->events().wait_for(EventLog::topic("chat.inbound_error"), kPatience));
  const auto errors = b_->front().call<chat::Errors>("chat", {});
  ASSERT_OK(errors);
  ASSERT_EQ(errors->errors.size(), 1u);
  EXPECT_EQ(errors->errors[0].reason, "chat.bad_envelope");
  EXPECT_EQ(errors->errors[0].message_hash, sent->message_hash);
  EXPECT_NE(errors->errors[0].message, "");
  EXPECT_FALSE(errors->cursor);
  say_from_a("after");
  EXPECT_EQ(heard(*b_), (std::vector<std::string>{"before", "after"}));
}

INSTANTIATE_TEST_SUITE_P(Node, Chat, testing::Values(Placement::processes, Placement::one_process), placement_name);

}  // namespace
}  // namespace status::test
