// Nodes that talk to each other: relay, catch-up, delivery to the service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {
namespace {

using ::testing::ElementsAre;

TEST(MeshNodes, AMessageCrossesALine) {
  TestNode a, b, c;
  a.start();
  b.start({});
  c.start();
  link(a, b);
  link(c, b);

  const Result<MessageHash> hash = a.send("hello");
  ASSERT_TRUE(hash) << hash.error().describe();
  ASSERT_TRUE(c.events.wait_messages(1));
  EXPECT_EQ(c.events.messages[0].hash, *hash);
  EXPECT_EQ(c.events.messages[0].pubsub_topic, "/waku/2/rs/16/0");
  EXPECT_EQ(c.events.messages[0].message.content_topic, kTopic);
  EXPECT_GT(c.events.messages[0].position, 0U);
  EXPECT_THAT(c.events.payloads(), ElementsAre("hello"));

  EXPECT_TRUE(a.events.wait([&] { return !a.events.sent.empty(); }));
  EXPECT_THAT(a.events.propagated, ElementsAre(*hash));
  EXPECT_THAT(a.events.sent, ElementsAre(*hash));
  // B relays and stores for others, but hands nothing to its service; nobody gets his own message back.
  EXPECT_EQ(b.counter("messages_delivered"), 0U);
  EXPECT_EQ(b.info().stored_messages, 1U);
  EXPECT_EQ(a.counter("messages_received"), 0U);
}

TEST(MeshNodes, InACircleEveryNodeDeliversOnce) {
  TestNode a, b, c;
  for (TestNode* node : {&a, &b, &c}) node->start();
  link(a, b);
  link(b, c);
  link(c, a);

  const std::vector<std::string> payloads = numbered(0, 50);
  send_all(a, payloads);
  ASSERT_TRUE(b.events.wait_messages(50));
  ASSERT_TRUE(c.events.wait_messages(50));
  EXPECT_THAT(b.events.payloads(), ::testing::UnorderedElementsAreArray(payloads));
  EXPECT_THAT(c.events.payloads(), ::testing::UnorderedElementsAreArray(payloads));
  EXPECT_EQ(a.events.messages.size(), 0U);
  EXPECT_EQ(b.counter("messages_delivered") + c.counter("messages_delivered"), 100U);
  EXPECT_EQ(b.info().stored_messages, 50U);
}

TEST(MeshNodes, WhatIsSentWithoutAnyPeerArrivesWhenOneComes) {
  TestNode a, b;
  a.start();
  b.start();
  send_all(a, numbered(0, 5));
  EXPECT_TRUE(a.send("fleeting", true));
  link(a, b);
  ASSERT_TRUE(b.events.wait_messages(6));
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 5 && a.events.propagated.size() == 6; }));
  EXPECT_EQ(b.info().stored_messages, 5U);
}

TEST(MeshNodes, EphemeralMessagesAreDeliveredAndForgotten) {
  TestNode a, b, c;
  for (TestNode* node : {&a, &b, &c}) node->start();
  link(a, b);
  const Result<MessageHash> hash = a.send("typing", true);
  ASSERT_TRUE(hash);
  ASSERT_TRUE(b.events.wait_messages(1));
  EXPECT_EQ(b.events.messages[0].position, 0U);
  ASSERT_TRUE(a.events.wait([&] { return !a.events.propagated.empty(); }));
  EXPECT_EQ(a.info().stored_messages + b.info().stored_messages, 0U);
  link(c, b);
  ASSERT_TRUE(a.send("hello"));
  ASSERT_TRUE(c.events.wait_messages(1));
  EXPECT_THAT(c.events.payloads(), ElementsAre("hello"));
  EXPECT_TRUE(a.events.wait([&] { return a.events.sent.size() == 1; }));
}

TEST(MeshNodes, AMessageThatNobodyTakesIsReported) {
  Config config = quick_config();
  config.propagation_timeout = Milliseconds(60);
  TestNode a(config);
  a.start();
  const Result<MessageHash> hash = a.send("anybody?");
  ASSERT_TRUE(hash);
  ASSERT_TRUE(a.events.wait([&] { return !a.events.errors.empty(); }));
  EXPECT_EQ(a.events.errors[0].first, *hash);
  EXPECT_EQ(a.events.errors[0].second.reason, "waku.not_propagated");
  EXPECT_TRUE(a.events.errors[0].second.retryable);
  EXPECT_EQ(a.counter("propagation_timeouts"), 1U);
}

TEST(MeshNodes, TheSameMessageAgainIsReportedOnAnewAndReceivedOnce) {
  TestNode a, b;
  a.start();
  b.start();
  WakuMessage message;
  message.content_topic = kTopic;
  message.timestamp_ns = 1;
  const auto send = [&] { return answer_of<MessageHash>([&](auto done) { a.backend->send(message, done); }); };
  ASSERT_TRUE(send());
  link(a, b);
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 1; }));
  a.backend->stop();
  a.start({{}, 0, {b.address()}});
  ASSERT_TRUE(send());
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 2; }));
  EXPECT_EQ(b.events.messages.size(), 1U);
}

TEST(MeshNodes, ARestartedServiceGetsWhatItHadNotCommitted) {
  TestNode a, b;
  a.start();
  b.start();
  link(a, b);
  send_all(a, numbered(0, 20));
  ASSERT_TRUE(b.events.wait_messages(20));
  const std::uint64_t committed = b.events.messages[11].position;
  b.backend->stop();
  b.events.change([&] { b.events.messages.clear(); });
  b.start({{{kTopic, 0}}, committed, {}});
  ASSERT_TRUE(b.events.wait_messages(8));
  EXPECT_THAT(b.events.payloads(), ::testing::ElementsAreArray(numbered(12, 8)));
}

TEST(MeshNodes, SubscriptionsChangeWhatIsDelivered) {
  TestNode a, b;
  a.start();
  b.start({});
  link(a, b);
  const auto subscribe = [&](bool on) {
    return answer_of<void>(
        [&](auto done) { on ? b.backend->subscribe({kTopic}, done) : b.backend->unsubscribe({kTopic}, done); });
  };
  const auto settle = [&](std::size_t sent) {
    return a.events.wait([&, sent] { return a.events.sent.size() == sent; });
  };
  send_all(a, {"one"});
  ASSERT_TRUE(settle(1));
  ASSERT_TRUE(subscribe(true));
  send_all(a, {"two"});
  ASSERT_TRUE(settle(2));
  ASSERT_TRUE(subscribe(false));
  send_all(a, {"three"});
  ASSERT_TRUE(settle(3));
  EXPECT_THAT(b.events.payloads(), ElementsAre("two"));
}

TEST(MeshNodes, OversizeMessagesAreRefusedAndNotOfferedToSmallerNodes) {
  Config large = quick_config();
  large.max_message_bytes = kHighestMaxMessageBytes;
  TestNode a(large), b;
  a.start();
  b.start();
  link(a, b);
  const Result<MessageHash> refused = a.send(std::string(kHighestMaxMessageBytes, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "waku.message_too_large");
  ASSERT_TRUE(a.send(std::string(500 * 1024, 'x')));
  ASSERT_TRUE(a.send("small"));
  ASSERT_TRUE(b.events.wait_messages(1));
  EXPECT_THAT(b.events.payloads(), ElementsAre("small"));
  EXPECT_EQ(b.counter("messages_rejected"), 0U);
}

class MeshMaximum : public ::testing::TestWithParam<std::size_t> {};

TEST_P(MeshMaximum, AMessageOfExactlyTheMaximumPasses) {
  Config config = quick_config();
  config.max_message_bytes = GetParam();
  TestNode a(config), b(config);
  a.start();
  b.start();
  link(a, b);
  WakuMessage message;
  message.content_topic = kTopic;
  message.timestamp_ns = 1;
  message.payload = Bytes(GetParam(), 'x');
  message.payload.resize(2 * GetParam() - encode_message(message).size());
  ASSERT_EQ(encode_message(message).size(), GetParam());
  const auto send = [&] { return answer_of<MessageHash>([&](auto done) { a.backend->send(message, done); }); };
  ASSERT_TRUE(send());
  ASSERT_TRUE(b.events.wait_messages(1));
  EXPECT_EQ(b.events.messages[0].message, message);
  message.payload.push_back('x');
  const Result<MessageHash> refused = send();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "waku.message_too_large");
}

INSTANTIATE_TEST_SUITE_P(Bytes, MeshMaximum, ::testing::Values(std::size_t{153'600}, std::size_t{1'048'576}),
                         [](const auto& bytes) { return std::to_string(bytes.param); });

TEST(MeshNodes, AfterStopEveryCallAnswersUnavailable) {
  TestNode a;
  a.start();
  a.backend->stop();
  const Result<MessageHash> result = a.send("too late");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unavailable);
}

}  // namespace
}  // namespace status::waku::mesh
