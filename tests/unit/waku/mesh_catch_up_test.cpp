// A node that was away, or begins anew, asks its peers for what it has missed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "tests/unit/waku/mesh_fixture.h"

namespace status::waku::mesh {
namespace {

// An archive in memory whose owner looks on and steps in.
class WatchedArchive final : public MessageArchive {
 public:
  struct Hooks {
    std::function<Status(std::uint64_t head)> before_insert = [](std::uint64_t) { return Status(); };
    std::function<void(const PeerCursor&)> on_cursor = [](const PeerCursor&) {};
  };
  explicit WatchedArchive(Hooks hooks) : hooks_(std::move(hooks)) {}
  ArchiveId id() const override { return archive_.id(); }
  std::uint64_t head() const override { return archive_.head(); }
  ArchiveTotals totals() const override { return archive_.totals(); }
  Result<Inserted> insert(const NewRecord& record) override {
    if (const Status may = hooks_.before_insert(archive_.head()); !may) return fail(may.error());
    return archive_.insert(record);
  }
  Result<std::vector<std::uint64_t>> positions_of(const std::vector<MessageHash>& hashes) override {
    return archive_.positions_of(hashes);
  }
  Result<Batch> after(std::uint64_t position, std::int64_t oldest_ms, BatchLimit limit) override {
    return archive_.after(position, oldest_ms, limit);
  }
  Result<QueryBatch> query(const StoreQuery& query, std::size_t max_bytes) override {
    return archive_.query(query, max_bytes);
  }
  Status expire(std::int64_t oldest_ms, std::uint64_t max_bytes) override {
    return archive_.expire(oldest_ms, max_bytes);
  }
  Result<std::optional<PeerCursor>> cursor(const PeerId& peer) override { return archive_.cursor(peer); }
  Status set_cursor(const PeerId& peer, const PeerCursor& cursor) override {
    hooks_.on_cursor(cursor);
    return archive_.set_cursor(peer, cursor);
  }

 private:
  const Hooks hooks_;
  MemoryArchive archive_{ArchiveId{9}};
};

TEST(MeshCatchUp, ANodeThatWasAwayGetsWhatItMissedOnceAndInOrder) {
  TestNode a, b, c;
  a.start();
  b.start({});
  c.start();
  link(a, b);
  link(c, b);
  send_all(a, numbered(0, 3));
  ASSERT_TRUE(c.events.wait_messages(3));
  ASSERT_TRUE(eventually([&] { return c.counter("pages_fetched") > 0; }));

  c.backend->stop();
  send_all(a, numbered(3, 600));  // three pages
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 603; }));
  c.start({{{kTopic, 0}}, c.events.messages.back().position, {b.address()}});
  ASSERT_TRUE(c.events.wait_messages(603));
  EXPECT_THAT(c.events.payloads(), ::testing::ElementsAreArray(numbered(0, 603)));
  EXPECT_EQ(c.counter("messages_caught_up"), 600U);
  // It did not fetch again what it had.
  EXPECT_EQ(c.counter("messages_received"), 600U);
}

TEST(MeshCatchUp, CatchUpDoesNotDependOnClocks) {
  using std::chrono::hours;
  TestNode a(quick_config(), hours(1)), b(quick_config(), hours(-1)), c;
  a.start();
  b.start({});
  c.start();
  send_all(a, numbered(0, 10));
  link(a, b);
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 10; }));
  link(c, b);
  ASSERT_TRUE(c.events.wait_messages(10));
  link(b, c);
  const std::vector<PeerInfo> peers = c.peers();
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_NEAR(static_cast<double>(peers[0].clock_offset_ms), -3'600'000.0, 10'000.0);
}

TEST(MeshCatchUp, AServiceWithoutRoomIsServedFromWhereItStopped) {
  TestNode a, b;
  b.events.room = 10;
  a.start();
  b.start();
  link(a, b);
  send_all(a, numbered(0, 200));
  ASSERT_TRUE(a.events.wait([&] { return a.events.sent.size() == 200; }));
  for (std::size_t room = 20; room <= 200; room += 20) {
    const std::size_t refusals = room / 20;
    ASSERT_TRUE(b.events.wait([&] { return b.events.refusals == refusals; }));
    EXPECT_EQ(b.events.messages.size(), room == 20 ? 10 : room - 20);
    b.events.change([&] { b.events.room = room; });
    b.backend->resume(b.events.messages.back().position);
    ASSERT_TRUE(b.events.wait_messages(room));
  }
  EXPECT_THAT(b.events.payloads(), ::testing::ElementsAreArray(numbered(0, 200)));
  b.events.change([&] { b.events.room = SIZE_MAX; });
  send_all(a, {"live again"});
  ASSERT_TRUE(b.events.wait_messages(201));
}

TEST(MeshCatchUp, AFullDiskWhileCatchingUpDelaysAndEndsNoLink) {
  std::atomic<int> failures = 2;
  WatchedArchive::Hooks full;
  full.before_insert = [&](std::uint64_t head) -> Status {
    if (head == 5 && failures-- > 0) return fail(Code::resource_exhausted, "store.disk_full", "no room");
    return {};
  };
  TestNode a, b(quick_config(), {}, std::make_unique<WatchedArchive>(full));
  a.start();
  send_all(a, numbered(0, 600));  // three pages
  b.start();
  link(b, a);
  ASSERT_TRUE(b.events.wait_messages(600));
  EXPECT_THAT(b.events.payloads(), ::testing::ElementsAreArray(numbered(0, 600)));
  EXPECT_EQ(b.counter("closed_protocol"), 0U);
  EXPECT_EQ(b.counter("links_opened"), 1U);
  EXPECT_EQ(b.counter("archive_errors"), 2U);
}

// A process that is killed before it has caught up goes on where it was.
TEST(MeshCatchUp, EachPageOfCatchingUpIsWrittenDown) {
  std::mutex mutex;
  std::vector<std::uint64_t> written;
  WatchedArchive::Hooks watch;
  watch.on_cursor = [&](const PeerCursor& cursor) {
    const std::lock_guard lock(mutex);
    written.push_back(cursor.position);
  };
  Config config = quick_config();
  config.tick = std::chrono::minutes(10);  // which writes it down, too
  TestNode a, b(config, {}, std::make_unique<WatchedArchive>(watch));
  a.start();
  send_all(a, numbered(0, 600));  // three pages
  b.start();
  link(b, a);
  ASSERT_TRUE(b.events.wait_messages(600));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return !written.empty() && written.back() >= 600;
  }));
  const std::lock_guard lock(mutex);
  EXPECT_GE(written.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(written));
}

// A process that was killed offers what it does not know to be elsewhere once more. A peer that has it says so by what
// it asks for, and nothing travels.
TEST(MeshCatchUp, WhatAPeerHasByItsCursorIsKnownToBeStored) {
  TestNode a, b;
  a.start();
  b.start();
  link(a, b);
  WakuMessage message;
  message.content_topic = kTopic;
  message.timestamp_ns = a.clock.unix_ms() * 1'000'000;
  message.payload = to_bytes(as_bytes("once"));
  const auto send = [&] { return answer_of<MessageHash>([&](auto done) { a.backend->send(message, done); }); };
  const auto sent = [&](std::size_t count) { return a.events.wait([&] { return a.events.sent.size() >= count; }); };
  const Result<MessageHash> hash = send();
  ASSERT_TRUE(hash);
  ASSERT_TRUE(sent(1));
  ASSERT_TRUE(send());
  ASSERT_TRUE(sent(2)) << "over a link that stands, by an acknowledgement";
  b.backend->stop();
  ASSERT_TRUE(a.events.wait_connection(Connection::disconnected));
  ASSERT_TRUE(send());
  b.start();
  ASSERT_TRUE(a.connect(b.address()));
  ASSERT_TRUE(sent(3));
  EXPECT_EQ(b.counter("messages_received"), 0U);
  EXPECT_EQ(a.counter("pending_now"), 0U);
  a.backend->stop();
  ASSERT_TRUE(b.events.wait_connection(Connection::disconnected));
  a.start({.subscriptions = {}, .position = 0, .peers = {b.address()}, .own = {*hash}});
  ASSERT_TRUE(sent(4)) << "and by the process after it, which was told of it";
  EXPECT_EQ(b.counter("messages_received"), 0U);
}

}  // namespace
}  // namespace status::waku::mesh
