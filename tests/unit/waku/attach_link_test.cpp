// Finding the node, watching it, losing it and finding it again.
#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

TEST(AttachLink, FindsTheNodeAndTellsWhatItIs) {
  RestNetwork network;
  RestNode node(network, {.network = {2, 8}});
  Attached attached(quick_config(node));
  attached.start();
  EXPECT_TRUE(attached.events.wait_connection(Connection::connected));
  const BackendInfo info = attached.info();
  EXPECT_EQ(info.backend, "attach");
  EXPECT_EQ(info.version, "v0.38.1-fixture");
  EXPECT_EQ(info.network, (Network{2, 8}));
  EXPECT_EQ(info.id, "16Uiu2HAmFixture");
  EXPECT_THAT(info.addresses, ElementsAre("/ip4/127.0.0.1/tcp/60000/p2p/16Uiu2HAmFixture"));
  EXPECT_TRUE(attached.events.wait_notice("cluster 2 of 8 shards, by relay by content topic"));
}

TEST(AttachLink, WaitsForANodeThatStillStarts) {
  RestNetwork network;
  RestNode node(network, {.initialising = true});
  Attached attached(quick_config(node));
  auto started = std::async(std::launch::async, [&] { return attached.start(Resume{}); });
  ASSERT_TRUE(eventually([&] { return node.asked("GET /health") >= 2; }));
  EXPECT_EQ(node.asked("GET /info"), 0U);
  node.change([](RestQuirks& quirks) { quirks.initialising = false; });
  EXPECT_TRUE(started.get());
  EXPECT_TRUE(attached.events.wait_connection(Connection::connected));
}

TEST(AttachLink, ANodeThatNeverComesEndsTheStartWithItsReason) {
  RestNetwork network;
  RestNode node(network, {.initialising = true});
  Config config = quick_config(node);
  config.start_wait = Milliseconds(50);
  const Result<Started> starting = Attached(config).start(Resume{});
  ASSERT_FALSE(starting);
  EXPECT_EQ(starting.error().reason, "waku.node_initialising");
  node.stop();
  const Result<Started> away = Attached(config).start(Resume{});
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().reason, "waku.node_unreachable");
  EXPECT_EQ(away.error().code, Code::unavailable);
  EXPECT_THAT(away.error().message, HasSubstr(node.url()));
}

TEST(AttachLink, ANodeWhoseNetworkIsKnownMayComeLater) {
  RestNetwork network;
  RestNode node(network);
  Config config = quick_config(node);
  config.start_wait = Milliseconds(3'600'000);
  Attached attached(config);
  attached.start();
  node.stop();
  // Known from before.
  ASSERT_TRUE(attached.restart(Resume{{{kTopic, attached.now()}}, 0, {}, {}}));
  EXPECT_EQ(attached.info().network, (Network{16, 1}));
  EXPECT_EQ(attached.info().connection, Connection::disconnected);
  node.start();
  EXPECT_TRUE(attached.events.wait_connection(Connection::connected));
  // Known from the configuration.
  node.stop();
  config.cluster = 16;
  config.shards = 1;
  Attached told(config);
  ASSERT_TRUE(told.start(Resume{}));
  node.start();
  EXPECT_TRUE(told.events.wait_connection(Connection::connected));
}

TEST(AttachLink, AnotherNetworkThanConfiguredIsRefused) {
  RestNetwork network;
  RestNode node(network, {.network = {16, 1}});
  Config config = quick_config(node);
  config.cluster = 2;
  config.shards = 8;
  const Result<Started> started = Attached(config).start(Resume{});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, "waku.wrong_network");
  EXPECT_EQ(started.error().code, Code::failed_precondition);
}

TEST(AttachLink, ANodeThatDoesNotSayItsNetworkNeedsItConfigured) {
  RestNetwork network;
  RestNode node(network, {.record = false});
  Config config = quick_config(node);
  const Result<Started> started = Attached(config).start(Resume{});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, "waku.unknown_network");
  EXPECT_THAT(started.error().message, HasSubstr("waku.attach.cluster"));
  config.cluster = 16;
  config.shards = 1;
  EXPECT_TRUE(Attached(config).start(Resume{}));
}

TEST(AttachLink, HealthIsWatchedAndARestartIsNoticed) {
  RestNetwork network;
  RestNode node(network);
  Attached attached(quick_config(node));
  attached.start();
  ASSERT_TRUE(attached.events.wait_connection(Connection::connected));
  node.change([](RestQuirks& quirks) { quirks.link = "PartiallyConnected"; });
  EXPECT_TRUE(attached.events.wait_connection(Connection::partially_connected));
  node.stop();
  EXPECT_TRUE(attached.events.wait_connection(Connection::disconnected));
  EXPECT_TRUE(attached.events.wait_notice("waku.node_unreachable"));
  node.change([](RestQuirks& quirks) { quirks.initialising = true; });
  node.start();
  EXPECT_TRUE(attached.events.wait_notice("waku.node_initialising"));
  node.change([](RestQuirks& quirks) { quirks = RestQuirks(); });
  EXPECT_TRUE(attached.events.wait_connection(Connection::connected));
  EXPECT_TRUE(wait_subscribed(node, kTopic)) << "it has forgotten, and was told again";
  EXPECT_EQ(attached.counter("attached"), 2U);
  EXPECT_EQ(attached.counter("node_lost"), 1U);
}

TEST(AttachLink, ANodeThatHasNoHealthToTellIsJudgedByItsPeers) {
  RestNetwork network;
  RestNode node(network, {.today = false, .health = "", .link = ""});
  Attached attached(quick_config(node));
  attached.start();
  EXPECT_TRUE(attached.events.wait_connection(Connection::disconnected));
  const auto peer = answer_of<std::string>(
      [&](auto done) { attached.backend->connect("/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmOther", done); });
  ASSERT_TRUE(peer) << peer.error().describe();
  EXPECT_TRUE(attached.events.wait_connection(Connection::connected));
  node.change([](RestQuirks& quirks) { quirks.admin = false; });
  EXPECT_TRUE(attached.events.wait_connection(Connection::partially_connected)) << "nobody knows";
}

TEST(AttachLink, ANodeThatSaysNothingIsLostInTime) {
  RestNetwork network;
  RestNode node(network);
  Config config = quick_config(node);
  config.answer_timeout = Milliseconds(100);
  Attached attached(config);
  attached.start();
  ASSERT_TRUE(attached.events.wait_connection(Connection::connected));
  node.change([](RestQuirks& quirks) { quirks.silent = true; });
  EXPECT_TRUE(attached.events.wait_connection(Connection::disconnected));
  EXPECT_TRUE(attached.events.wait_notice("waku.node_silent"));
  attached.backend->stop();  // with requests under way
}

TEST(AttachLink, StoppingAnswersWhatIsUnderWay) {
  RestNetwork network;
  RestNode node(network);
  Attached attached(quick_config(node));
  attached.start();
  node.change([](RestQuirks& quirks) { quirks.silent = true; });
  std::promise<Result<StorePage>> answer;
  attached.backend->store_query({.content_topics = {kTopic}}, "",
                                [&](auto page) { answer.set_value(std::move(page)); });
  ASSERT_TRUE(eventually([&] { return node.asked("GET /store/v3/messages") >= 1; }));
  attached.backend->stop();
  const Result<StorePage> page = answer.get_future().get();
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::unavailable);
  const Result<MessageHash> late = attached.send(attached.text("late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "waku.stopping");
}

}  // namespace
}  // namespace status::waku::attach
