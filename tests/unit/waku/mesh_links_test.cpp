// Who may link to whom, and what a node does with a peer that misbehaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/waku/raw_peer.h"

namespace status::waku::mesh {
namespace {

constexpr std::uint8_t kPingType = 3;
constexpr std::uint8_t kAckType = 6;
constexpr std::uint8_t kPageType = 8;

std::string wrong_pin(const std::string& address) {
  return address.substr(0, address.find('#') + 1) + std::string(64, 'a');
}

TEST(MeshLinks, ANodeThatListensEverywhereGivesAddressesThatCanBeDialled) {
  Config config = quick_config();
  config.listen.host = "0.0.0.0";
  TestNode a(config), b;
  a.start();
  b.start();
  const std::vector<std::string> addresses = a.info().addresses;
  EXPECT_THAT(addresses, ::testing::Each(::testing::Not(::testing::StartsWith("0.0.0.0"))));
  const Result<std::string> id = b.connect(addresses.at(0));
  ASSERT_TRUE(id) << id.error().describe();
  EXPECT_EQ(*id, a.info().id);
}

TEST(MeshLinks, AWrongPinIsRefused) {
  TestNode a, b;
  a.start();
  b.start();
  const Result<std::string> result = a.connect(wrong_pin(b.address()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::failed_precondition);
  EXPECT_EQ(result.error().reason, "waku.wrong_peer");
  EXPECT_EQ(a.counter("closed_wrong_peer"), 1U);
  EXPECT_EQ(b.counter("links_opened"), 0U);
  EXPECT_TRUE(a.peers().empty()) << "a peer that could not be reached is not kept";
}

TEST(MeshLinks, WithoutAPinWhoeverAnswersIsTaken) {
  TestNode a, b;
  a.start();
  b.start();
  const std::string address = b.address();
  const Result<std::string> id = a.connect(address.substr(0, address.find('#')));
  ASSERT_TRUE(id) << id.error().describe();
  EXPECT_EQ(*id, b.info().id);
}

TEST(MeshLinks, AStrangerIsTurnedAwayWhereOnlyConfiguredPeersMayCome) {
  TestNode friendly, stranger;
  friendly.start();
  stranger.start();
  Config config = quick_config();
  config.accept_any = false;
  config.peers = {*parse_peer_address(friendly.address())};
  TestNode closed(config);
  closed.start();
  ASSERT_TRUE(friendly.events.wait_connection(Connection::connected));
  const Result<std::string> result = stranger.connect(closed.address());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.not_allowed");
  EXPECT_TRUE(closed.events.wait_notice("not_allowed"));
  EXPECT_EQ(closed.counter("closed_not_allowed"), 1U);
  EXPECT_EQ(closed.counter("peers_now"), 1U);
}

TEST(MeshLinks, NodesOfOtherNetworksDoNotMix) {
  Config other = quick_config();
  other.network.shard_count = 8;
  TestNode a, b(other);
  a.start();
  b.start();
  const Result<std::string> result = a.connect(b.address());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.wrong_network");
}

TEST(MeshLinks, ANodeDoesNotLinkToItself) {
  TestNode a;
  a.start();
  const Result<std::string> result = a.connect(a.address());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.invalid_address");
}

TEST(MeshLinks, AnAddressHasOneSpelling) {
  TestNode a;
  a.start();
  const Result<std::string> result = a.connect("127.0.0.1:09000");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.invalid_address");
  EXPECT_THAT(result.error().message, ::testing::HasSubstr("127.0.0.1:9000"));
}

TEST(MeshLinks, AnAddressWhereNobodyListensAnswersAtOnce) {
  TestNode a, gone;
  a.start();
  gone.start();
  const std::string address = gone.address();
  gone.backend->stop();
  const Result<std::string> result = a.connect(address);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "waku.peer_unreachable");
  EXPECT_TRUE(result.error().retryable);
}

TEST(MeshLinks, TwoThatDialEachOtherKeepOneLink) {
  TestNode a, b;
  a.start();
  b.start();
  std::promise<Result<std::string>> done_a, done_b;
  a.backend->connect(b.address(), [&](Result<std::string> result) { done_a.set_value(std::move(result)); });
  b.backend->connect(a.address(), [&](Result<std::string> result) { done_b.set_value(std::move(result)); });
  EXPECT_TRUE(done_a.get_future().get());
  EXPECT_TRUE(done_b.get_future().get());
  ASSERT_TRUE(a.send("once"));
  ASSERT_TRUE(b.events.wait_messages(1));
  // Both dials may have been refused as a duplicate at the other end only after this: but never does one node count two
  // for long.
  ASSERT_TRUE(a.events.wait([&] { return a.events.connections.back() == Connection::connected; }));
  while (a.counter("peers_now") != 1 || b.counter("peers_now") != 1) {
  }
  EXPECT_EQ(a.peers().size(), 1U);
  EXPECT_EQ(b.peers().size(), 1U);
}

TEST(MeshLinks, AConfiguredPeerIsFoundAgainAfterItsRestart) {
  TestNode a, b;
  b.start();
  const std::string address = b.address();
  Config config = quick_config();
  config.peers = {*parse_peer_address(address)};
  TestNode c(config);
  c.start();
  ASSERT_TRUE(c.events.wait_connection(Connection::connected));
  b.backend->stop();
  ASSERT_TRUE(c.events.wait_connection(Connection::disconnected));
  b.start();
  EXPECT_EQ(b.address(), address) << "the port and the key are kept";
  ASSERT_TRUE(c.events.wait_connection(Connection::connected));
}

TEST(MeshLinks, PartiallyConnectedWhileAConfiguredPeerIsMissing) {
  TestNode b, gone;
  b.start();
  gone.start();
  Config config = quick_config();
  config.peers = {*parse_peer_address(b.address()), *parse_peer_address(gone.address())};
  gone.backend->stop();
  TestNode a(config);
  a.start();
  ASSERT_TRUE(a.events.wait_connection(Connection::partially_connected));
  EXPECT_EQ(a.info().connection, Connection::partially_connected);
  gone.start();
  ASSERT_TRUE(a.events.wait_connection(Connection::connected));
}

TEST(MeshLinks, DisconnectUndoesConnect) {
  TestNode a, b;
  a.start();
  b.start();
  link(a, b);
  const auto disconnect = [&] { return answer_of<void>([&](auto done) { a.backend->disconnect(b.address(), done); }); };
  ASSERT_TRUE(disconnect());
  ASSERT_TRUE(b.events.wait_connection(Connection::disconnected));
  const Status again = disconnect();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "waku.unknown_peer");
}

TEST(MeshLinks, ASlowPeerIsDropped) {
  Config config = quick_config();
  config.send_queue_bytes = 1024 * 1024;
  TestNode a(config);
  a.start();
  RawPeer deaf(a.address());
  deaf.send(RawPeer::hello());
  deaf.send(CatchUp{1});
  ASSERT_TRUE(deaf.wait_type(kPageType));
  deaf.stop_reading();
  ASSERT_TRUE(a.send("read, and then no more"));
  const std::string payload(140 * 1024, 'x');
  for (int sent = 0; a.counter("closed_slow") == 0; ++sent) {
    ASSERT_LT(sent, 200);
    ASSERT_TRUE(a.send(payload));
  }
  EXPECT_TRUE(a.events.wait_notice("slow"));
  EXPECT_EQ(a.counter("peers_now"), 0U);
}

TEST(MeshLinks, ATooFastPeerIsSlowedDownAndLosesNothing) {
  Config config = quick_config();
  config.messages_per_second = 500;
  config.burst_seconds = 0.02;
  TestNode a, b(config);
  a.start();
  b.start();
  link(a, b);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a.send(std::to_string(i)));
  ASSERT_TRUE(b.events.wait_messages(100));
  EXPECT_GT(b.counter("throttled"), 0U);
}

TEST(MeshLinks, ASilentPeerIsDeclaredDead) {
  Config config = quick_config();
  config.ping_interval = Milliseconds(30);
  config.dead_after = Milliseconds(120);
  TestNode a(config);
  a.start();
  RawPeer silent(a.address());
  silent.send(RawPeer::hello());
  ASSERT_TRUE(silent.wait_type(kPingType)) << "it is asked first";
  ASSERT_TRUE(silent.wait_closed());
  EXPECT_TRUE(a.events.wait_notice("dead"));
}

TEST(MeshLinks, APeerThatDoesNotGreetIsLetGo) {
  Config config = quick_config();
  config.handshake_timeout = Milliseconds(150);
  TestNode a(config);
  a.start();
  RawPeer mute(a.address());
  EXPECT_EQ(mute.wait_goodbye(), CloseReason::timeout);
}

TEST(MeshLinks, KeepaliveMeasuresTheRoundTrip) {
  Config config = quick_config();
  config.ping_interval = Milliseconds(20);
  TestNode a(config), b;
  a.start();
  b.start();
  link(a, b);
  while (a.peers().at(0).round_trip_us == 0) {
  }
  EXPECT_LT(a.peers().at(0).round_trip_us, 5'000'000);
}

struct Misbehaviour {
  const char* name;
  Bytes bytes;
  bool greeted;
  CloseReason reason;
};

void PrintTo(const Misbehaviour& what, std::ostream* out) { *out << what.name; }

class MeshMisbehaviour : public ::testing::TestWithParam<Misbehaviour> {};

TEST_P(MeshMisbehaviour, EndsTheLinkAndNothingElse) {
  TestNode a, b;
  a.start();
  b.start();
  link(a, b);
  RawPeer rogue(a.address());
  if (GetParam().greeted) rogue.send(RawPeer::hello());
  rogue.send(GetParam().bytes);
  EXPECT_EQ(rogue.wait_goodbye(), GetParam().reason);
  ASSERT_TRUE(b.send("still here"));
  ASSERT_TRUE(a.events.wait_messages(1));
  const std::string word(to_word(GetParam().reason));
  EXPECT_TRUE(a.events.wait_notice(word));
  EXPECT_EQ(a.counter("closed_" + word), 1U);
}

Hello other_version() {
  Hello hello = RawPeer::hello();
  hello.version = 2;
  return hello;
}

Hello other_cluster() {
  Hello hello = RawPeer::hello();
  hello.cluster = 1;
  return hello;
}

INSTANTIATE_TEST_SUITE_P(
    Each, MeshMisbehaviour,
    ::testing::Values(Misbehaviour{"frame_of_no_bytes", {0, 0, 0, 0}, true, CloseReason::protocol},
                      Misbehaviour{"frame_of_4_GiB", {0xff, 0xff, 0xff, 0xff, 5}, true, CloseReason::protocol},
                      Misbehaviour{"large_frame_before_the_greeting", {0, 0, 0x20, 0, 5}, false, CloseReason::protocol},
                      Misbehaviour{"message_before_the_greeting", encode_frame(Relayed{}), false,
                                   CloseReason::protocol},
                      Misbehaviour{"unknown_frame_before_the_greeting", {0, 0, 0, 1, 99}, false, CloseReason::protocol},
                      Misbehaviour{"second_greeting", encode_frame(RawPeer::hello()), true, CloseReason::protocol},
                      Misbehaviour{"truncated_ping", {0, 0, 0, 3, 3, 1, 2}, true, CloseReason::protocol},
                      Misbehaviour{"other_version", encode_frame(other_version()), false, CloseReason::version},
                      Misbehaviour{"other_cluster", encode_frame(other_cluster()), false, CloseReason::wrong_network}),
    [](const auto& misbehaviour) { return std::string(misbehaviour.param.name); });

TEST(MeshLinks, FramesFromTheFutureAreSkipped) {
  TestNode a;
  a.start();
  RawPeer newer(a.address());
  newer.send(RawPeer::hello());
  newer.send(Bytes{0, 0, 0, 3, 200, 1, 2});
  WakuMessage message;
  message.content_topic = kTopic;
  message.payload = {1};
  newer.send(Relayed{1, 0, 0, encode_message(message)});
  ASSERT_TRUE(a.events.wait_messages(1));
  ASSERT_TRUE(newer.wait_type(kAckType));
  EXPECT_EQ(a.counter("frames_unknown"), 1U);
  EXPECT_EQ(a.peers().at(0).agent, "raw?") << "a peer's text cannot break a terminal";
}

TEST(MeshLinks, AReadableMessageThatIsNotTakenIsAcknowledgedAsRejected) {
  TestNode a;
  a.start();
  RawPeer peer(a.address());
  peer.send(RawPeer::hello());
  WakuMessage message;
  message.content_topic = kTopic;
  peer.send(Relayed{2, 0, 7, encode_message(message)});  // of another shard
  const std::optional<Ack> ack = peer.wait_frame<Ack>();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->outcome, Outcome::rejected);
  EXPECT_EQ(ack->position, 0U);
  EXPECT_EQ(ack->hash, message_hash("/waku/2/rs/16/0", message));
}

TEST(MeshLinks, AMessageThatEveryPeerRefusesIsReportedAsRejected) {
  Config config = quick_config();
  config.propagation_timeout = Milliseconds(300);
  TestNode a(config);
  a.start();
  RawPeer peer(a.address());
  peer.send(RawPeer::hello());
  ASSERT_TRUE(a.events.wait_connection(Connection::connected));
  const Result<MessageHash> hash = a.send("unwanted");
  ASSERT_TRUE(hash);
  peer.send(Ack{Outcome::rejected, 0, *hash});
  ASSERT_TRUE(a.events.wait([&] { return !a.events.errors.empty(); }));
  EXPECT_EQ(a.events.errors[0].second.reason, "waku.rejected");
  EXPECT_EQ(a.counter("rejected_by_peer"), 1U);
}

TEST(MeshLinks, UnreadableMessagesAreCountedAndDropped) {
  TestNode a;
  a.start();
  RawPeer rogue(a.address());
  rogue.send(RawPeer::hello());
  WakuMessage message;
  message.content_topic = kTopic;
  rogue.send(Relayed{1, 0, 0, from_hex("ffff").value()});
  rogue.send(Relayed{2, 0, 7, encode_message(message)});           // of another shard
  rogue.send(Relayed{3, 0xffffffff, 0, encode_message(message)});  // older than anything is kept
  message.content_topic = "/nonsense";
  rogue.send(Relayed{4, 0, 0, encode_message(message)});
  message.content_topic = kTopic;
  message.payload = Bytes(kDefaultMaxMessageBytes);
  rogue.send(Relayed{5, 0, 0, encode_message(message)});
  message.payload = {1};
  rogue.send(Relayed{6, 0, 0, encode_message(message)});
  ASSERT_TRUE(a.events.wait_messages(1));
  EXPECT_EQ(a.counter("messages_rejected"), 5U);
  EXPECT_EQ(a.info().stored_messages, 1U);
}

}  // namespace
}  // namespace status::waku::mesh
