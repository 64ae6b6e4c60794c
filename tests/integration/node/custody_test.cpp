// The way of a message through two nodes, as each of them tells it.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "tests/integration/node/placement.h"
#include "tests/support/statusctl.h"

namespace status::test {
namespace {

using testing::ElementsAre;

class CustodyOfMessages : public testing::Test {
 protected:
  // `chat.send_message`; its message_id, in hex digits.
  static Result<std::string> send(Node& from, const Conversation& talk, const std::string& text) {
    const auto sent =
        from.front().call("chat.send_message", Value::map({{"conversation", talk.id}, {"content", text}}));
    if (!sent) return fail(sent.error());
    const Value* id = sent->find("message_id");
    return to_hex(*id->as_bytes());
  }
  static Result<Value> find(Node& at, const std::string& name) {
    return at.front().call("supervisor.find_message", Value::map({{"name", name}}));
  }
  // Once it stands there; else what was said last.
  static Result<Value> await(Node& at, const std::string& name, const std::string& standing) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      Result<Value> told = find(at, name);
      if (told && told->string_or("standing", "") == standing) return told;
      if (std::chrono::steady_clock::now() < deadline) continue;
      if (!told) return told;
      return fail(Code::deadline_exceeded, "test.stands_elsewhere", to_json(*told));
    }
  }
  // "chat accepted", in the order of time.
  static std::vector<std::string> way_of(const Value& told) {
    std::vector<std::string> out;
    for (const Value& stop : *told.find("stops")->as_array()) {
      out.push_back(stop.string_or("module", "") + " " + stop.string_or("step", ""));
    }
    return out;
  }

  ProcessNode sender_;
  ProcessNode receiver_;
};

TEST_F(CustodyOfMessages, EachNodeTellsItsHalfOfTheWay) {
  for (ProcessNode* node : {&sender_, &receiver_}) ASSERT_OK(node->start());
  ASSERT_OK(link(sender_, receiver_));
  const auto talk = converse(sender_, receiver_);
  ASSERT_OK(talk);
  const auto id = send(sender_, *talk, "where am I");
  ASSERT_OK(id);

  const auto sent = await(sender_, *id, "delivered");
  ASSERT_OK(sent);
  EXPECT_THAT(way_of(*sent), testing::IsSupersetOf({"chat accepted", "chat encrypted", "chat handed_to_waku",
                                                    "waku propagated", "waku stored", "chat acknowledged"}));
  EXPECT_EQ(way_of(*sent).front(), "chat accepted");
  EXPECT_EQ(sent->string_or("holder", "nobody"), "");
  EXPECT_NE(sent->string_or("slowest", ""), "");

  const auto came = await(receiver_, *id, "delivered");
  ASSERT_OK(came);
  EXPECT_THAT(way_of(*came), ElementsAre("waku received", "chat handed_to_chat", "chat decrypted", "chat committed"));

  // The network's name is the same at both, and its first half is the trace of the delivery.
  const std::string hash = *sent->find("hashes")->as_array()->back().as_string();
  EXPECT_EQ(hash, *came->find("hashes")->as_array()->back().as_string());
  EXPECT_EQ(find(receiver_, "0x" + hash)->string_or("id", ""), *id);
  EXPECT_EQ(sent->string_or("delivery_trace", ""), hash.substr(0, 32));

  // From the call to the delivery and back.
  const std::string call = sent->string_or("call_trace", "");
  const auto of_call = sender_.front().call("supervisor.flight", Value::map({{"trace", call}}));
  ASSERT_OK(of_call);
  EXPECT_FALSE(of_call->find("records")->as_array()->empty());
  const Value::Array& steps = *of_call->find("steps")->as_array();
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps.front().string_or("message", ""), *id);
  const auto of_delivery = sender_.front().call("supervisor.flight", Value::map({{"trace", hash.substr(0, 32)}}));
  ASSERT_OK(of_delivery);
  EXPECT_EQ(of_delivery->find("steps")->as_array()->size(), 3U) << "handed over, propagated, stored";

  const Outcome told = statusctl({"--data-dir", sender_.data_dir(), "message", *id});
  EXPECT_EQ(told.code, 0) << told.errors;
  EXPECT_EQ(told.json().string_or("id", ""), *id);
  EXPECT_EQ(statusctl({"--data-dir", sender_.data_dir(), "message", std::string(32, '5')}).code, 1);
  EXPECT_EQ(find(sender_, "hello").error().reason, "supervisor.bad_message_name");
}

TEST_F(CustodyOfMessages, AMessageForAPeerWhoIsAwayIsNobodysFault) {
  for (ProcessNode* node : {&sender_, &receiver_}) ASSERT_OK(node->start());
  ASSERT_OK(link(sender_, receiver_));
  const auto talk = converse(sender_, receiver_);
  ASSERT_OK(talk);
  ASSERT_OK(receiver_.front().call("supervisor.stop", Value::map({{"module", "chat"}})));
  const auto id = send(sender_, *talk, "are you there");
  ASSERT_OK(id);
  EXPECT_OK(await(sender_, *id, "away"));
  const auto custody = sender_.front().call("supervisor.custody");
  ASSERT_OK(custody);
  EXPECT_GE(custody->uint_or("away", 0), 1U);
  EXPECT_TRUE(custody->find("standings")->as_array()->empty());
  ASSERT_OK(receiver_.front().call("supervisor.start", Value::map({{"module", "chat"}})));
  EXPECT_OK(await(sender_, *id, "delivered"));
}

// Waku stands still for longer than a message may. That takes 30 seconds, and the events come by themselves.
TEST_F(CustodyOfMessages, WhatStandsStillIsAnEventAMetricAndANameToAsk) {
  ASSERT_OK(sender_.start());
  ASSERT_OK(receiver_.start());
  ASSERT_OK(link(sender_, receiver_));
  const auto talk = converse(sender_, receiver_);
  ASSERT_OK(talk);
  // With this one all before it has arrived, such as the opening of the conversation.
  const auto first = send(sender_, *talk, "first");
  ASSERT_OK(first);
  ASSERT_OK(await(sender_, *first, "delivered"));
  ASSERT_OK(sender_.front().call("supervisor.pause", Value::map({{"module", "waku"}})));
  const auto id = send(sender_, *talk, "stuck");
  ASSERT_OK(id);
  const auto event = sender_.events().wait_for(EventLog::topic("supervisor.messages_overdue"), 3 * kPatience);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data.string_or("module", ""), "waku") << "it is not chat that does not go on";
  EXPECT_EQ(event->data.string_or("step", ""), "encrypted");
  EXPECT_NE(event->data.string_or("owner", ""), "");
  EXPECT_EQ(event->data.string_or("oldest", ""), *id);
  EXPECT_EQ(find(sender_, *id)->string_or("standing", ""), "overdue");
  ASSERT_OK(sender_.front().call("supervisor.resume", Value::map({{"module", "waku"}})));
  EXPECT_OK(await(sender_, *id, "delivered"));
  const auto over = [](const EventLog::Event& each) {
    return each.topic == "supervisor.messages_overdue" && each.data.uint_or("messages", 1) == 0;
  };
  EXPECT_TRUE(sender_.events().wait_for(over, kPatience));
}

}  // namespace
}  // namespace status::test
