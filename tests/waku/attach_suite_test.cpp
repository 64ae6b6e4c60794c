// Our backend over running Waku nodes: tests/run --waku starts two of go-waku, tests/run --attach URL[,URL] takes what is
// there. Nothing here is about one kind of node.
#include "tests/waku/attach_suite.h"

#include "tests/unit/waku/attach_fixture.h"

namespace status::waku::attach {
namespace {

using test::WakuEnds;

class AttachSuite : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ends_.start());
    const std::uint64_t run = random_.next64();
    for (std::size_t end = 0; end < 2; ++end) {
      topics_.push_back("/status-suite/1/" + std::to_string(run) + "-" + std::to_string(end) + "/proto");
      const auto config = parse_config(
          Value::map({{"url", ends_.url(end)}, {"poll_ms", 50}, {"fill_in_ms", 2'000}, {"reconnect_max_ms", 500}}));
      ASSERT_TRUE(config) << config.error().describe();
      ours_.push_back(std::make_unique<Attached>(*config));
      const auto started = ours_.back()->start(Resume{{{topics_[end], ours_.back()->now()}}, 0, {}, {}});
      ASSERT_TRUE(started) << started.error().describe();
    }
    for (auto& one : ours_) ASSERT_TRUE(one->events.wait_connection(Connection::connected));
  }
  // From one end to the other's topic.
  WakuMessage text(std::size_t from, const std::string& payload) {
    WakuMessage out = ours_[from]->text(payload);
    out.content_topic = topics_[1 - from];
    return out;
  }
  Recorder& events(std::size_t end) { return ours_[end]->events; }

  SystemRandom random_;
  WakuEnds ends_;
  std::vector<std::string> topics_;  // each end listens on its own
  std::vector<std::unique_ptr<Attached>> ours_;
};

TEST_F(AttachSuite, AMessageArrivesWithItsHashAndIsPropagatedAndStored) {
  const WakuMessage sent = text(0, "hello");
  const auto hash = ours_[0]->send(sent);
  ASSERT_TRUE(hash) << hash.error().describe();
  ASSERT_TRUE(events(1).wait_messages(1));
  EXPECT_EQ(events(1).messages[0].hash, *hash);
  EXPECT_EQ(events(1).messages[0].message, sent);
  ASSERT_TRUE(events(0).wait([&] { return events(0).sent.size() == 1; }));
  EXPECT_THAT(events(0).propagated, ElementsAre(*hash));
  EXPECT_THAT(events(0).sent, ElementsAre(*hash));
}

TEST_F(AttachSuite, MoreThanACacheHoldsArrivesOnceEachWay) {
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages; ++i) {
    for (const std::size_t from : {0U, 1U}) ASSERT_TRUE(ours_[from]->send(text(from, "message " + std::to_string(i))));
  }
  for (const std::size_t end : {0U, 1U}) {
    ASSERT_TRUE(events(end).wait_messages(kMessages)) << events(end).payloads().size();
    EXPECT_THAT(events(end).payloads(), ::testing::UnorderedElementsAreArray(numbered(0, kMessages)));
  }
  // The next comparison with the store brings nothing again, and nothing of ours back.
  const std::uint64_t before = ours_[0]->counter("fill_ins");
  ASSERT_TRUE(eventually([&] { return ours_[0]->counter("fill_ins") > before + 1; }));
  EXPECT_EQ(events(0).payloads().size(), static_cast<std::size_t>(kMessages));
}

TEST_F(AttachSuite, TheStoreIsReadInPages) {
  std::vector<MessageHash> hashes;
  for (int i = 0; i < 30; ++i) hashes.push_back(*ours_[0]->send(text(0, std::to_string(i))));
  ASSERT_TRUE(events(1).wait_messages(30));
  ASSERT_TRUE(events(0).wait([&] { return events(0).sent.size() == 30; }));
  StoreQuery query{.content_topics = {topics_[1]}, .limit = 10};
  std::vector<MessageHash> stored;
  do {
    const auto page = answer_of<StorePage>([&](auto done) { ours_[0]->backend->store_query(query, "", done); });
    ASSERT_TRUE(page) << page.error().describe();
    for (const StoredMessage& one : page->messages) stored.push_back(one.hash);
    query.cursor = page->cursor;
  } while (query.cursor && stored.size() < 100);
  EXPECT_EQ(stored, hashes);
}

TEST_F(AttachSuite, UnsubscribedTopicsDoNotCome) {
  ASSERT_TRUE(ours_[1]->unsubscribe(topics_[1]));
  const std::string last = topics_[1] + "x";
  ASSERT_TRUE(ours_[1]->subscribe(last));
  ASSERT_TRUE(ours_[0]->send(text(0, "not wanted")));
  WakuMessage wanted = text(0, "wanted");
  wanted.content_topic = last;
  ASSERT_TRUE(ours_[0]->send(wanted));
  ASSERT_TRUE(events(1).wait_messages(1));
  EXPECT_THAT(events(1).payloads(), ElementsAre("wanted"));
}

// What was sent while this end's node was away is in the other's store alone.
TEST_F(AttachSuite, ARestartOfTheNodeLosesNothing) {
  if (ends_.given()) return;  // a given node is not ours to stop
  const auto config = parse_config(Value::map({{"url", ends_.url(1)},
                                               {"poll_ms", 50},
                                               {"fill_in_ms", 500},
                                               {"reconnect_max_ms", 200},
                                               {"store_peer", ends_.node(0).address()}}));
  ASSERT_TRUE(config) << config.error().describe();
  Attached careful(*config);
  ASSERT_TRUE(careful.start(Resume{{{topics_[1], careful.now()}}, 0, {}, {}}));
  ASSERT_TRUE(careful.events.wait_connection(Connection::connected));
  ASSERT_TRUE(ours_[0]->send(text(0, "message 0")));
  ASSERT_TRUE(careful.events.wait_messages(1));
  ends_.node(1).stop();
  ASSERT_TRUE(careful.events.wait_connection(Connection::disconnected));
  // The first node has no peer to publish to now: it takes the message once it has one.
  ASSERT_TRUE(ours_[0]->send(text(0, "message 1")));
  ASSERT_TRUE(ends_.node(1).start(ends_.node(0).address()));
  ASSERT_TRUE(careful.events.wait_messages(2));
  ends_.node(1).kill();
  ASSERT_TRUE(ends_.node(1).start(ends_.node(0).address()));
  ASSERT_TRUE(ours_[0]->send(text(0, "message 2")));
  ASSERT_TRUE(careful.events.wait_messages(3));
  EXPECT_EQ(careful.events.payloads(), numbered(0, 3));
}

}  // namespace
}  // namespace status::waku::attach
