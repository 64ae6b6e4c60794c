// Store queries, of a node's own store and of a peer's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {
namespace {

class MeshStore : public ::testing::Test {
 protected:
  void SetUp() override {
    a_.start();
    b_.start();
    link(a_, b_);
    for (int i = 0; i < 25; ++i) send(i % 2 == 0 ? kTopic : "/test/1/other/proto", i);
  }

  void send(const std::string& topic, int i) {
    WakuMessage message;
    message.content_topic = topic;
    message.payload = {static_cast<std::uint8_t>(i)};
    message.timestamp_ns = 1000 + i;
    ASSERT_TRUE(answer_of<MessageHash>([&](auto done) { a_.backend->send(message, done); }));
  }

  // All pages, as the first payload bytes.
  std::vector<int> read(StoreQuery query, const std::string& peer, std::vector<std::size_t>* pages = nullptr) {
    std::vector<int> out;
    do {
      const Result<StorePage> page = b_.query(query, peer);
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) return out;
      for (const StoredMessage& stored : page->messages) {
        EXPECT_EQ(stored.hash, message_hash(stored.pubsub_topic, stored.message));
        out.push_back(stored.message.payload.at(0));
      }
      if (pages != nullptr) pages->push_back(page->messages.size());
      query.cursor = page->cursor;
    } while (query.cursor);
    return out;
  }

  static std::vector<int> numbers(int first, int last, int step) {
    std::vector<int> out;
    for (int i = first; step > 0 ? i <= last : i >= last; i += step) out.push_back(i);
    return out;
  }

  TestNode a_, b_;
};

TEST_F(MeshStore, PagesOfAPeersStoreHaveEverythingOnce) {
  std::vector<std::size_t> pages;
  EXPECT_EQ(read({.limit = 10}, a_.info().id, &pages), numbers(0, 24, 1));
  EXPECT_THAT(pages, ::testing::ElementsAre(10, 10, 5));
}

TEST_F(MeshStore, BackwardsToo) { EXPECT_EQ(read({.limit = 7, .forward = false}, a_.info().id), numbers(24, 0, -1)); }

TEST_F(MeshStore, TopicsAndTimesFilter) {
  EXPECT_EQ(read({.content_topics = {kTopic}, .limit = 5}, a_.info().id), numbers(0, 24, 2));
  EXPECT_EQ(read({.start_ns = 1010, .end_ns = 1014}, a_.info().id), numbers(10, 14, 1));
  EXPECT_TRUE(read({.content_topics = {"/test/1/none/proto"}}, a_.info().id).empty());
}

TEST_F(MeshStore, OwnStoreNeedsNoPeer) {
  ASSERT_TRUE(a_.events.wait([&] { return a_.events.sent.size() == 25; }));
  EXPECT_EQ(read({.limit = 10}, ""), numbers(0, 24, 1));
}

TEST_F(MeshStore, ErrorsAreClear) {
  Result<StorePage> page = b_.query({}, std::string(64, 'a'));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "waku.unknown_peer");
  for (const std::string& peer : {std::string(), a_.info().id}) {
    page = b_.query({.cursor = MessageHash{}}, peer);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Code::not_found);
    EXPECT_EQ(page.error().reason, "waku.unknown_cursor");
  }
}

TEST_F(MeshStore, AQueryEndsWithItsPeer) {
  const std::string id = a_.info().id;
  std::promise<Result<StorePage>> answer;
  a_.backend->stop();
  b_.backend->store_query({}, id, [&](Result<StorePage> page) { answer.set_value(std::move(page)); });
  const Result<StorePage> page = answer.get_future().get();
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().reason, ::testing::AnyOf("waku.peer_gone", "waku.unknown_peer"));
}

}  // namespace
}  // namespace status::waku::mesh
