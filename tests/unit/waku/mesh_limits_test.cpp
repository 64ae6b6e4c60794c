// What one peer, or many, may take of a node: its rate, its slots, its disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/waku/raw_peer.h"

namespace status::waku::mesh {
namespace {

constexpr std::uint8_t kPongType = 4;

// Ten messages at once, and ten in a second.
Config tight_config() {
  Config config = quick_config();
  config.messages_per_second = 10;
  config.burst_seconds = 1;
  return config;
}

// `count` messages as they travel.
std::vector<Bytes> encoded_messages(int count) {
  std::vector<Bytes> out;
  for (int i = 0; i < count; ++i) {
    WakuMessage message;
    message.content_topic = kTopic;
    message.timestamp_ns = i + 1;
    out.push_back(encode_message(message));
  }
  return out;
}

std::vector<PageEntry> entries_of(const std::vector<Bytes>& messages) {
  std::vector<PageEntry> entries;
  for (const Bytes& message : messages) entries.push_back({0, 0, message});
  return entries;
}

TEST(MeshLimits, UnknownFramesCountInTheRate) {
  TestNode a(tight_config());
  a.start();
  RawPeer rogue(a.address());
  rogue.send(RawPeer::hello());
  for (int i = 0; i < 15; ++i) rogue.send(Bytes{0, 0, 0, 1, 200});
  EXPECT_TRUE(eventually([&] { return a.counter("throttled") > 0; }));
}

TEST(MeshLimits, PagesThatNobodyAskedForCountInTheRateAndAreNotRead) {
  const std::vector<Bytes> messages = encoded_messages(20);
  TestNode a(tight_config());
  a.start();
  RawPeer rogue(a.address());
  rogue.send(RawPeer::hello());
  const std::optional<CatchUp> asked = rogue.wait_frame<CatchUp>();
  ASSERT_TRUE(asked);
  rogue.send(Page{asked->request, {}, 0, false, {}});
  for (const std::uint32_t request : {0U, asked->request, asked->request + 1}) {
    rogue.send(Page{request, {}, 1, false, entries_of(messages)});
  }
  rogue.send(QueryResult{.request = 1, .entries = entries_of(messages)});
  EXPECT_TRUE(eventually([&] { return a.counter("throttled") >= 2; }));
  EXPECT_EQ(a.info().stored_messages, 0U);
}

TEST(MeshLimits, APageThatWasAskedForIsFree) {
  const std::vector<Bytes> messages = encoded_messages(200);
  TestNode a(tight_config());
  a.start();
  RawPeer peer(a.address());
  peer.send(RawPeer::hello());
  const std::optional<CatchUp> asked = peer.wait_frame<CatchUp>();
  ASSERT_TRUE(asked);
  peer.send(Page{asked->request, {}, 200, false, entries_of(messages)});
  peer.send(Ping{1});
  ASSERT_TRUE(a.events.wait_messages(200));
  ASSERT_TRUE(peer.wait_type(kPongType));
  EXPECT_EQ(a.counter("throttled"), 0U);
}

TEST(MeshLimits, FewLargeMessagesCountByTheirBytesAndAreNotLost) {
  constexpr int kCount = 4;
  constexpr std::size_t kPayload = 64 * 1024;
  Config config = quick_config();
  config.bytes_per_second = 1024 * 1024;
  config.burst_seconds = 0.1;  // not two of them at once, by their bytes; a hundred by their number
  TestNode a(config);
  a.start();
  RawPeer peer(a.address());
  peer.send(RawPeer::hello());
  for (int i = 0; i < kCount; ++i) {
    WakuMessage message;
    message.content_topic = kTopic;
    message.timestamp_ns = i + 1;
    message.payload.resize(kPayload);
    const Bytes encoded = encode_message(message);
    peer.send(Relayed{static_cast<std::uint64_t>(i) + 1, 0, 0, encoded});
  }
  ASSERT_TRUE(a.events.wait_messages(kCount));
  EXPECT_GT(a.counter("throttled"), 0U);
}

TEST(MeshLimits, OneKeyHasOneLink) {
  store::TemporaryFolder folder;
  TestNode a;
  a.start();
  RawPeer one(a.address(), folder.file("key.pem"));
  one.send(RawPeer::hello());
  ASSERT_TRUE(a.events.wait_connection(Connection::connected));
  RawPeer two(a.address(), folder.file("key.pem"));
  two.send(RawPeer::hello());
  ASSERT_TRUE(eventually([&] { return a.counter("links_opened") == 2 && a.counter("peers_now") == 1; }));
  EXPECT_EQ(a.counter("closed_duplicate"), 1U);
  EXPECT_EQ(a.peers().size(), 1U);
}

TEST(MeshLimits, OneKeyMayNotHoldManyLinksWithoutAGreeting) {
  store::TemporaryFolder folder;
  TestNode a;
  a.start();
  std::vector<std::unique_ptr<RawPeer>> links;
  for (int i = 0; i < 5; ++i) {
    links.push_back(std::make_unique<RawPeer>(a.address(), folder.file("key.pem")));
    ASSERT_TRUE(i == 4 || links.back()->wait_frame<Hello>());
  }
  EXPECT_EQ(links.back()->wait_goodbye(), CloseReason::too_many);
}

TEST(MeshLimits, StrangersLeaveRoomForConfiguredPeers) {
  store::TemporaryFolder folder;
  TestNode gone;
  gone.start();
  const tls::Identity friendly = *tls::load_or_create_identity(folder.file("key.pem"));
  const std::string address = gone.address();
  Config config = quick_config();
  config.max_peers = 2;
  config.peers = {*parse_peer_address(address.substr(0, address.find('#') + 1) + to_text(friendly.id))};
  gone.backend->stop();
  TestNode a(config);
  a.start();
  RawPeer first(a.address());
  first.send(RawPeer::hello());
  ASSERT_TRUE(a.events.wait_connection(Connection::partially_connected));
  RawPeer second(a.address());
  EXPECT_EQ(second.wait_goodbye(), CloseReason::too_many);
  RawPeer wanted(a.address(), folder.file("key.pem"));
  wanted.send(RawPeer::hello());
  EXPECT_TRUE(a.events.wait_connection(Connection::connected));
  EXPECT_EQ(a.counter("closed_too_many"), 1U);
}

TEST(MeshLimits, ConnectionsThatSayNothingKeepNobodyOut) {
  TestNode a;
  a.start();
  const PeerAddress address = *parse_peer_address(a.address());
  boost::asio::io_context io;
  std::vector<boost::asio::ip::tcp::socket> silent;
  for (int i = 0; i < 100; ++i) {
    silent.emplace_back(io).connect({boost::asio::ip::make_address(address.host), address.port});
  }
  RawPeer peer(a.address());
  peer.send(RawPeer::hello());
  EXPECT_TRUE(a.events.wait_connection(Connection::connected));
}

TEST(MeshLimits, TheStoreForgetsWhatIsTooOld) {
  Config config = quick_config();
  config.retention = std::chrono::seconds(1);
  config.expiry_interval = Milliseconds(20);
  TestNode a(config);
  a.start();
  ASSERT_TRUE(a.send("soon forgotten"));
  EXPECT_TRUE(eventually([&] { return a.info().stored_messages == 0; }));
}

TEST(MeshLimits, TheStoreForgetsWhatIsTooMuchWithoutWaitingForItsTime) {
  Config config = quick_config();
  config.retention_bytes = 1024 * 1024;
  config.expiry_interval = std::chrono::hours(1);
  TestNode a(config);
  a.start();
  const std::string payload(128 * 1024, 'x');
  for (int i = 0; i < 96; ++i) ASSERT_TRUE(a.send(payload));  // more than one step
  EXPECT_TRUE(eventually([&] { return a.info().stored_bytes <= config.retention_bytes / 10 * 11; }));
  EXPECT_GT(a.info().stored_messages, 0U);
}

}  // namespace
}  // namespace status::waku::mesh
