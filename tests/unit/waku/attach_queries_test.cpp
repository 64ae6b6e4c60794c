// What is asked of the node once: pages of a store, its peers.
#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

const std::string kPeer = "/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAmOther";

class AttachQueries : public ::testing::TestWithParam<bool> {
 protected:
  AttachQueries()
      : node_(network_, {.store_v3 = !GetParam(), .store_before = GetParam()}), attached_(quick_config(node_)) {
    attached_.start();
    for (int i = 0; i < 250; ++i) node_.store(message(std::to_string(i), 1'000 + i, i % 2 == 0 ? kTopic : kOther));
  }
  Result<StorePage> ask(const StoreQuery& query, const std::string& peer = "") {
    return answer_of<StorePage>([&](auto done) { attached_.backend->store_query(query, peer, done); });
  }
  static std::vector<std::string> payloads(const StorePage& page) {
    std::vector<std::string> out;
    for (const StoredMessage& one : page.messages) out.emplace_back(as_text(one.message.payload));
    return out;
  }

  RestNetwork network_;
  RestNode node_;
  Attached attached_;
};

TEST_P(AttachQueries, PagesFollowEachOtherForwards) {
  StoreQuery query{.content_topics = {kTopic}, .limit = 50};
  std::vector<std::string> all;
  int pages = 0;
  do {
    const Result<StorePage> page = ask(query);
    ASSERT_TRUE(page) << page.error().describe();
    for (const std::string& payload : payloads(*page)) all.push_back(payload);
    query.cursor = page->cursor;
    ++pages;
  } while (query.cursor);
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(all.size(), 125U);
  EXPECT_EQ(all.front(), "0");
  EXPECT_EQ(all.back(), "248");
}

TEST_P(AttachQueries, TimesAndAllTopics) {
  const Result<StorePage> page = ask({.start_ns = 1'010, .end_ns = 1'013});
  ASSERT_TRUE(page) << page.error().describe();
  EXPECT_THAT(payloads(*page), ElementsAre("10", "11", "12", "13"));
  EXPECT_EQ(page->messages[1].message.content_topic, kOther);
  EXPECT_EQ(page->messages[1].hash, message_hash("/waku/2/rs/16/0", page->messages[1].message));
}

TEST_P(AttachQueries, ThePeersOfTheNodeAreItsOwnAndThoseThatWereAdded) {
  const auto connect = [&](const std::string& address) {
    return answer_of<std::string>([&](auto done) { attached_.backend->connect(address, done); });
  };
  const auto peers = [&] {
    return *answer_of<std::vector<PeerInfo>>([&](auto done) { attached_.backend->peers(done); });
  };
  EXPECT_EQ(connect("127.0.0.1:1#ab").error().reason, "waku.invalid_address");
  ASSERT_EQ(*connect(kPeer), "16Uiu2HAmOther");
  ASSERT_EQ(peers().size(), 1U);
  EXPECT_TRUE(peers()[0].configured);
  EXPECT_TRUE(peers()[0].connected);
  // It is told again to a node that has forgotten.
  node_.stop();
  ASSERT_TRUE(attached_.events.wait_connection(Connection::disconnected));
  node_.start();
  ASSERT_TRUE(eventually([&] { return node_.peers().contains(kPeer); }));
  EXPECT_EQ(ask({}, "16Uiu2HAmNobody").error().reason, "waku.unknown_peer");
  EXPECT_TRUE(ask({}, "16Uiu2HAmOther"));
  const auto disconnect = [&] {
    return answer_of<void>([&](auto done) { attached_.backend->disconnect(kPeer, done); });
  };
  ASSERT_TRUE(disconnect());
  EXPECT_EQ(disconnect().error().reason, "waku.unknown_peer");
  node_.change([](RestQuirks& quirks) { quirks.admin = false; });
  EXPECT_EQ(connect(kPeer).error().reason, "waku.no_admin");
  EXPECT_TRUE(peers().empty());
}

TEST_P(AttachQueries, TooMuchAtOnceIsRefused) {
  node_.change([](RestQuirks& quirks) { quirks.silent = true; });
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    attached_.backend->store_query({}, "", [&](const auto& page) {
      if (page.error().reason == "waku.too_many_queries") ++refused;
    });
  }
  static_cast<void>(attached_.info());  // behind them
  EXPECT_EQ(refused, 4);
  attached_.backend->stop();
}

INSTANTIATE_TEST_SUITE_P(Store, AttachQueries, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "before" : "v3"; });

TEST(AttachQueriesBackwards, TheNewestComeFirst) {
  RestNetwork network;
  RestNode node(network);
  Attached attached(quick_config(node));
  attached.start();
  for (int i = 0; i < 5; ++i) node.store(message(std::to_string(i), 1'000 + i));
  StoreQuery query{.content_topics = {kTopic}, .limit = 2, .forward = false};
  std::vector<std::string> seen;
  do {
    const auto page = answer_of<StorePage>([&](auto done) { attached.backend->store_query(query, "", done); });
    ASSERT_TRUE(page) << page.error().describe();
    for (const StoredMessage& one : page->messages) seen.emplace_back(as_text(one.message.payload));
    query.cursor = page->cursor;
  } while (query.cursor);
  EXPECT_THAT(seen, ElementsAre("4", "3", "2", "1", "0"));
}

}  // namespace
}  // namespace status::waku::attach
