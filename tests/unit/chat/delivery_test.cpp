// Two and more chat services over a bad network: exactly once, in order, across restarts.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/chat/chat_network.h"
#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

using namespace std::chrono_literals;
using test::Network;
using test::Node;
using test::test_seed;

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> out;
  for (int i = 1; i <= count; ++i) out.push_back(prefix + std::to_string(i));
  return out;
}

std::vector<std::string> received_events(const Node& node) {
  std::vector<std::string> out;
  for (const test::Event& event : node.events_named("message_received")) {
    out.push_back(event.data.find("message")->string_or("content", ""));
  }
  return out;
}

// The session in which a node with one conversation sends.
SessionId session_of(Node& node) {
  store::Transaction tx = node.database().read().value();
  return tables::session_to_send_in(tx, 1).value().value().id;
}

// A conversation in which each has heard the other once.
std::string acquaint(Network& network, Node& alice, Node& bob) {
  const std::string conversation = alice.converse_with(bob.introduce());
  alice.send(conversation, "first");
  EXPECT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1; }));
  bob.send(conversation, "seen");
  EXPECT_TRUE(network.run_until([&] { return alice.texts(conversation).size() == 1; }));
  return conversation;
}

TEST(ChatDelivery, OneMessageEachWay) {
  Network network(1);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  alice.send(conversation, "hello");
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1; }));
  bob.send(conversation, "good morning");
  ASSERT_TRUE(network.run_until([&] { return alice.texts(conversation).size() == 1; }));
  EXPECT_EQ(bob.texts(conversation).front(), "hello");
  EXPECT_EQ(alice.texts(conversation).front(), "good morning");
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("message_delivered").empty(); }));
  EXPECT_EQ(alice.events_named("conversation_created").size(), 1u);
  ASSERT_EQ(bob.events_named("conversation_created").size(), 1u);
  EXPECT_FALSE(bob.events_named("conversation_created")[0].data.bool_or("outgoing", true));
  EXPECT_EQ(alice.events_named("message_sent").size(), 1u);
  EXPECT_EQ(alice.events_named("message_delivered").size(), 1u);
  EXPECT_TRUE(alice.events_named("inbound_error").empty());
  EXPECT_TRUE(bob.events_named("inbound_error").empty());
}

// A receiver keeps only so many keys of what is missing. What the network brings later than that cannot be read any
// more, and the sender has to say it anew.
TEST(ChatDelivery, WhatCameSoLateThatItsKeyIsGoneArrivesAllTheSame) {
  Network network(1);
  ChatConfig config;
  config.ratchet.skipped_keys = 200;
  Node& alice = network.add("alice", {}, config);
  Node& bob = network.add("bob", {}, config);
  const std::string conversation = acquaint(network, alice, bob);
  constexpr int kCount = 500;
  // Bob hears every hundredth, and moves on.
  int number = 0;
  std::map<Bytes, int> numbers;
  network.drops = [&](const Network::Sent& sent) {
    if (sent.from != "alice") return false;
    const auto [known, fresh] = numbers.try_emplace(sent.payload, number);
    if (fresh) ++number;
    return known->second % 100 != 99;
  };
  std::vector<std::string> said;
  for (int i = 1; i <= kCount; ++i) {
    said.push_back("text " + std::to_string(i));
    alice.send(conversation, said.back());
    network.run_for(1ms);
  }
  network.run_for(50ms);
  network.drops = nullptr;
  ASSERT_TRUE(
      network.run_until([&] { return bob.texts(conversation).size() == static_cast<std::size_t>(kCount) + 1; }, 10min))
      << bob.texts(conversation).size() << " arrived";
  EXPECT_FALSE(bob.events_named("inbound_error").empty()) << "the keys were not gone";
  std::vector<std::string> got = bob.texts(conversation);
  said.push_back("first");
  std::ranges::sort(got);
  std::ranges::sort(said);
  EXPECT_EQ(got, said) << "once each";
  EXPECT_TRUE(network.run_until(
      [&] { return alice.events_named("message_delivered").size() == static_cast<std::size_t>(kCount) + 1; }));
}

// A receiver follows over a thousand missing messages of a chain. What nobody has taken over must not be among them.
TEST(ChatDelivery, AcknowledgementsThatTheNetworkRefusesUseUpNoKeys) {
  Network network(1);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = acquaint(network, alice, bob);
  bob.accepts = false;
  constexpr int kCount = 1'100;
  for (int i = 1; i <= kCount; ++i) {
    alice.send(conversation, "text " + std::to_string(i));
    network.run_for(30ms);  // each is acknowledged by itself
  }
  bob.accepts = true;
  bob.send(conversation, "hello again");
  EXPECT_TRUE(network.run_until([&] { return alice.texts(conversation).size() == 2; }));
  EXPECT_TRUE(alice.events_named("inbound_error").empty());
  EXPECT_TRUE(network.run_until(
      [&] { return alice.events_named("message_delivered").size() == static_cast<std::size_t>(kCount) + 1; }));
}

TEST(ChatDelivery, FiveHundredEachWayExactlyOnceInOrderOverABadNetworkWithRestartsAndWrongClocks) {
  const std::uint64_t seed = test_seed();
  Network network(seed);
  std::mt19937_64 random(seed);
  network.weather = {.loss = 0.2, .duplication = 0.1, .min_delay = 1ms, .max_delay = 200ms};
  Node& alice = network.add("alice", 1h);
  Node& bob = network.add("bob", -1h);
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  constexpr int kCount = 500;
  int sent_by_alice = 0;
  int sent_by_bob = 0;
  while (sent_by_alice < kCount || sent_by_bob < kCount) {
    const bool by_alice = sent_by_bob == kCount || (sent_by_alice < kCount && random() % 2 == 0);
    if (by_alice) {
      alice.send(conversation, "a" + std::to_string(++sent_by_alice));
    } else {
      bob.send(conversation, "b" + std::to_string(++sent_by_bob));
    }
    if (random() % 4 == 0) network.run_for(std::chrono::milliseconds(random() % 50));
    if (random() % 100 == 0) {
      Node& victim = random() % 2 == 0 ? alice : bob;
      victim.stop();
      network.run_for(std::chrono::milliseconds(random() % 2'000));
      victim.start();
    }
  }
  const auto undelivered = [&](Node& node) {
    return node.chat().list_conversations({}, {}).value().conversations.at(0).undelivered;
  };
  ASSERT_TRUE(network.run_until([&] { return undelivered(alice) + undelivered(bob) == 0; }, 10min));
  EXPECT_EQ(bob.texts(conversation), numbered("a", kCount));
  EXPECT_EQ(alice.texts(conversation), numbered("b", kCount));
  EXPECT_EQ(alice.texts(conversation, true), numbered("a", kCount));
  EXPECT_EQ(received_events(bob), numbered("a", kCount));
  EXPECT_EQ(received_events(alice), numbered("b", kCount));
  EXPECT_TRUE(bob.events_named("message_missing").empty());
  EXPECT_TRUE(bob.events_named("inbound_error").empty())
      << bob.events_named("inbound_error")[0].data.string_or("reason", "");
}

TEST(ChatDelivery, AMessageIsEncryptedOnceAndItsBytesAreSentAgain) {
  Network network(2);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  network.run_for(100ms);
  network.sent.clear();
  network.drops = [](const Network::Sent&) { return true; };
  alice.send(conversation, "only once");
  network.run_for(20s);
  alice.stop();
  alice.start();
  network.run_for(20s);
  std::set<Bytes> payloads;
  std::size_t transmissions = 0;
  std::size_t for_stores = 0;
  for (const Network::Sent& sent : network.sent) {
    if (sent.payload.size() < 100 || sent.from != "alice") continue;
    payloads.insert(sent.payload);
    ++transmissions;
    for_stores += sent.ephemeral ? 0 : 1;
  }
  // One for the text, and one for the greeting after the restart, whose hand-over succeeded.
  EXPECT_EQ(payloads.size(), 2u);
  EXPECT_EQ(for_stores, 2u) << "repetitions are not for the network's stores";
  EXPECT_GE(transmissions, 8u);
  EXPECT_LE(transmissions, 16u);
  network.drops = nullptr;
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1; }, 40s));
}

TEST(ChatDelivery, AcknowledgementsAreFewerThanMessages) {
  Network network(3);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  network.run_for(100ms);
  network.sent.clear();
  for (const std::string& text : numbered("m", 200)) {
    alice.send(conversation, text);
    network.run_for(1ms);
  }
  ASSERT_TRUE(network.run_until([&] { return alice.events_named("message_delivered").size() == 200; }));
  std::size_t acknowledgements = 0;
  for (const Network::Sent& sent : network.sent) acknowledgements += sent.from == "bob" ? 1 : 0;
  EXPECT_LE(acknowledgements, 25u);
  EXPECT_EQ(network.sent.size() - acknowledgements, 200u);
}

TEST(ChatDelivery, AnAcknowledgementIsOwedAcrossACrash) {
  ChatConfig config;
  config.greeted_on_return = 0;
  Network network(9);
  Node& alice = network.add("alice", 0ms, config);
  Node& bob = network.add("bob", 0ms, config);
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  network.run_for(100ms);
  alice.send(conversation, "hello");
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1; }));
  bob.stop();
  bob.start();
  EXPECT_TRUE(network.run_until([&] { return alice.events_named("message_delivered").size() == 1; }, 100ms))
      << "before alice sends again";
}

TEST(ChatDelivery, AnAbsentPeerCostsLittleAndHasAThousandMessagesSoonAfterItsReturn) {
  Network network(4);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  bob.stop();
  network.drops = [&](const Network::Sent&) { return !bob.running(); };  // nobody keeps them for bob
  for (const std::string& text : numbered("m", 1'000)) alice.send(conversation, text);
  network.run_for(1min);
  network.sent.clear();
  network.run_for(10min);
  EXPECT_LE(network.sent.size(), 8u * 25);
  EXPECT_GE(network.sent.size(), 8u * 15);
  bob.start();
  EXPECT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1'000; }, 5s));
  EXPECT_EQ(bob.texts(conversation), numbered("m", 1'000));
}

TEST(ChatDelivery, NothingIsHandedToANetworkThatRefusesUntilItIsBack) {
  Network network(5);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  network.run_for(1s);
  network.sent.clear();
  alice.accepts = false;
  alice.chat().on_delivery_state("disconnected", "waku is being restarted");
  for (const std::string& text : numbered("m", 100)) alice.send(conversation, text);
  network.run_for(1min);
  EXPECT_LE(network.sent.size(), 64u * 20);
  EXPECT_TRUE(alice.events_named("message_sent").empty());
  alice.accepts = true;
  alice.chat().on_delivery_state("partially_connected", "");
  EXPECT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 100; }, 1s));
  EXPECT_EQ(bob.texts(conversation), numbered("m", 100));
  EXPECT_EQ(alice.events_named("delivery_state_changed").size(), 2u);
}

TEST(ChatDelivery, AGapIsReportedAfterAWhileAndALateMessageIsStillShown) {
  Network network(6);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  ASSERT_TRUE(network.run_until([&] { return !bob.events_named("conversation_created").empty(); }));
  network.run_for(100ms);
  alice.send(conversation, "first");
  network.run_for(100ms);
  std::set<Bytes> lost;
  network.drops = [&](const Network::Sent& sent) {
    if (lost.empty() && sent.from == "alice") lost.insert(sent.payload);
    return lost.contains(sent.payload);
  };
  alice.send(conversation, "lost");
  alice.send(conversation, "third");
  alice.send(conversation, "fourth");
  network.run_for(59s);
  EXPECT_EQ(bob.texts(conversation), (std::vector<std::string>{"first"}));
  bob.stop();  // the wait begins anew
  bob.start();
  network.run_for(59s);
  EXPECT_EQ(bob.texts(conversation).size(), 1u);
  network.run_for(2s);
  EXPECT_EQ(bob.texts(conversation), (std::vector<std::string>{"first", "third", "fourth"}));
  ASSERT_EQ(bob.events_named("message_missing").size(), 1u);
  EXPECT_EQ(bob.events_named("message_missing")[0].data.uint_or("count", 0), 1u);
  network.drops = nullptr;
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 4; }, 40s));
  EXPECT_EQ(bob.texts(conversation).back(), "lost");
  const auto page = bob.chat().get_messages({conversation, {}, 1, "older"}, {}).value();
  EXPECT_TRUE(page.messages.at(0).late);
  alice.send(conversation, "fifth");
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 5; }));
  ASSERT_TRUE(network.run_until([&] { return alice.events_named("message_delivered").size() == 5; }));
}

TEST(ChatDelivery, BothStartTheConversationAtOnceAndMeetInOneSession) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE(seed);
    Network network(seed);
    network.weather.max_delay = 30ms;
    Node& alice = network.add("alice");
    Node& bob = network.add("bob");
    const std::string of_alice = alice.introduce();
    const std::string of_bob = bob.introduce();
    const std::string conversation = alice.converse_with(of_bob);
    EXPECT_EQ(bob.converse_with(of_alice), conversation);
    alice.send(conversation, "a1");
    bob.send(conversation, "b1");
    ASSERT_TRUE(network.run_until(
        [&] { return alice.texts(conversation).size() == 1 && bob.texts(conversation).size() == 1; }));
    network.run_for(1s);
    network.sent.clear();
    for (int i = 2; i <= 20; ++i) {
      alice.send(conversation, "a" + std::to_string(i));
      bob.send(conversation, "b" + std::to_string(i));
      network.run_for(20ms);
    }
    ASSERT_TRUE(network.run_until(
        [&] { return alice.texts(conversation).size() == 20 && bob.texts(conversation).size() == 20; }));
    EXPECT_EQ(bob.texts(conversation), numbered("a", 20));
    EXPECT_EQ(alice.texts(conversation), numbered("b", 20));
    EXPECT_EQ(alice.chat().list_conversations({}, {}).value().conversations.size(), 1u);
    EXPECT_EQ(session_of(alice), session_of(bob));
    std::set<std::string> topics;
    for (const Network::Sent& sent : network.sent) topics.insert(sent.topic);
    EXPECT_EQ(topics.size(), 2u) << "a topic for each direction";
  }
}

TEST(ChatDelivery, ANewerIntroductionStartsAnewWhatWasNeverAnswered) {
  Network network(7);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string spent = bob.introduce(true);
  Node& carol = network.add("carol");
  const std::string with_carol = carol.converse_with(spent);
  carol.send(with_carol, "I was first");
  ASSERT_TRUE(network.run_until([&] { return bob.events_named("message_received").size() == 1; }));

  const std::string conversation = alice.converse_with(spent);
  for (const std::string& text : numbered("m", 30)) alice.send(conversation, text);
  network.run_for(10s);
  ASSERT_FALSE(bob.events_named("inbound_error").empty());
  EXPECT_EQ(bob.events_named("inbound_error")[0].data.string_or("reason", ""), "chat.unknown_prekey");
  EXPECT_EQ(bob.events_named("conversation_created").size(), 1u);

  EXPECT_EQ(alice.converse_with(bob.introduce(true)), conversation);
  ASSERT_TRUE(network.run_until([&] { return alice.events_named("message_delivered").size() == 30; }));
  EXPECT_EQ(bob.texts(conversation), numbered("m", 30));
  bob.send(conversation, "now I hear you");
  ASSERT_TRUE(network.run_until([&] { return alice.texts(conversation).size() == 1; }));
}

TEST(ChatDelivery, ADeletedConversationComesBackWithTheNextMessage) {
  Network network(8);
  Node& alice = network.add("alice");
  Node& bob = network.add("bob");
  const std::string conversation = alice.converse_with(bob.introduce());
  alice.send(conversation, "old");
  ASSERT_TRUE(network.run_until([&] { return bob.texts(conversation).size() == 1; }));
  ASSERT_TRUE(bob.chat().delete_conversation({conversation}, {}));
  EXPECT_EQ(bob.chat().get_messages({conversation}, {}).error().reason, "chat.unknown_conversation");
  EXPECT_EQ(bob.chat().send_message({conversation, "x"}, {}).error().reason, "chat.unknown_conversation");
  EXPECT_TRUE(bob.chat().list_conversations({}, {}).value().conversations.empty());
  network.run_for(1min);
  EXPECT_TRUE(bob.chat().list_conversations({}, {}).value().conversations.empty());
  alice.send(conversation, "new");
  ASSERT_TRUE(network.run_until([&] { return bob.events_named("conversation_created").size() == 2; }));
  EXPECT_EQ(bob.texts(conversation), (std::vector<std::string>{"new"}));
}

}  // namespace
}  // namespace status::chat
