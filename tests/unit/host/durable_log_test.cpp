#include "services/host/store/durable_log.h"

#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

class DurableLogTest : public StoreTest {
 protected:
  void SetUp() override { reopen({}); }
  void reopen(LogOptions options) {
    log_.reset();
    database_.reset();
    database_ = open();
    auto opened = DurableLog::open(*database_, "messages", options, random_);
    ASSERT_TRUE(opened) << opened.error().describe();
    log_ = std::move(*opened);
  }
  std::uint64_t append(std::string_view topic = "waku.message", std::string_view data = "data") {
    auto tx = database_->write();
    const auto seq = log_->append(*tx, {.topic = topic, .generation = 3, .trace = {}, .data = as_bytes(data)});
    EXPECT_TRUE(seq) << seq.error().describe();
    EXPECT_TRUE(tx->commit());
    return seq.value_or(0);
  }
  std::vector<std::uint64_t> seqs(const LogPage& page) {
    std::vector<std::uint64_t> all;
    for (const LogEntry& entry : page.entries) all.push_back(entry.seq);
    return all;
  }
  using Seqs = std::vector<std::uint64_t>;

  SeededRandom random_{1};
  std::unique_ptr<Database> database_;
  std::unique_ptr<DurableLog> log_;
};

TEST_F(DurableLogTest, ReadsWhatWasAppended) {
  std::vector<std::uint64_t> told;
  log_->on_append([&](std::uint64_t seq) { told.push_back(seq); });
  EXPECT_EQ(append("waku.message", "one"), 1U);
  const Bytes trace(25, 9);
  auto tx = database_->write();
  ASSERT_TRUE(log_->append(*tx, {.topic = "waku.error", .generation = 4, .trace = trace, .data = as_bytes("two")}));
  EXPECT_EQ(told, Seqs{1}) << "nobody is told before the commit";
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(told, (Seqs{1, 2}));
  const auto page = log_->read({}, 10);
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(seqs(*page), (Seqs{1, 2}));
  EXPECT_EQ(page->next, 2U);
  EXPECT_EQ(page->entries[0].time_ms, clock_.unix_ms());
  EXPECT_TRUE(page->entries[0].trace.empty());
  EXPECT_EQ(page->entries[1].topic, "waku.error");
  EXPECT_EQ(page->entries[1].generation, 4U);
  EXPECT_EQ(page->entries[1].trace, trace);
  EXPECT_EQ(as_text(page->entries[1].data), "two");
  EXPECT_TRUE(log_->read({.seq = 2}, 10)->entries.empty());
}

TEST_F(DurableLogTest, RolledBackEntriesLeaveNoGap) {
  append();
  {
    auto tx = database_->write();
    ASSERT_TRUE(log_->append(*tx, {.topic = "t", .data = {}}));
  }
  EXPECT_EQ(append(), 2U);
}

TEST_F(DurableLogTest, TopicsMatchByWholeDottedPrefix) {
  append("chat.message");
  append("chat.message.new");
  append("chat.messages");
  append("waku");
  const auto page = log_->read({}, 10, {"chat.message", "waku"});
  EXPECT_EQ(seqs(*page), (Seqs{1, 2, 4}));
  const auto none = log_->read({}, 10, {"keys"});
  EXPECT_TRUE(none->entries.empty());
  EXPECT_EQ(none->next, 4U) << "what was looked at need not be looked at again";
}

TEST_F(DurableLogTest, PagesHaveLimits) {
  for (int i = 0; i < 5; ++i) append();
  EXPECT_EQ(seqs(*log_->read({.seq = 1}, 2)), (Seqs{2, 3}));
  const std::string big(DurableLog::kPageBytes / 2 + 1, 'x');
  append("t", big);
  append("t", big);
  const auto page = log_->read({.seq = 5}, 10);
  EXPECT_EQ(seqs(*page), Seqs{6});
  EXPECT_EQ(page->next, 6U);
}

TEST_F(DurableLogTest, CursorsAreBoundToTheLog) {
  append();
  const auto own = log_->parse_cursor(log_->cursor(1));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->seq, 1U);
  EXPECT_FALSE(own->reset);
  EXPECT_TRUE(log_->parse_cursor("0")->oldest);
  EXPECT_TRUE(log_->parse_cursor("0123456789abcdef-1")->reset) << "another incarnation";
  EXPECT_TRUE(log_->parse_cursor(log_->cursor(2))->reset) << "ahead: an older copy was put back";
  for (const char* bad : {"", "1", "-", "x-", "x-1y", "x--1"}) {
    EXPECT_EQ(log_->parse_cursor(bad).error().code, Code::invalid_argument) << bad;
  }
  const std::string before = log_->cursor(1);
  reopen({});
  EXPECT_FALSE(log_->parse_cursor(before)->reset) << "a restart is not a new incarnation";
}

TEST_F(DurableLogTest, AcknowledgementSurvivesAndFreesEntries) {
  reopen({.keep_acknowledged = 2});
  for (int i = 0; i < 10; ++i) append();
  ASSERT_TRUE(log_->acknowledge("chat", 7));
  EXPECT_EQ(log_->size()->entries, 3U);
  EXPECT_EQ(log_->size()->bytes, 12U);
  ASSERT_TRUE(log_->acknowledge("chat", 10));
  EXPECT_EQ(log_->size()->entries, 2U) << "the newest two stay although acknowledged";
  reopen({.keep_acknowledged = 2});
  EXPECT_EQ(*log_->acknowledged("chat"), std::optional<std::uint64_t>(10));
  EXPECT_EQ(*log_->acknowledged("nobody"), std::nullopt);
  EXPECT_EQ(log_->acknowledge("chat", 11).error().code, Code::out_of_range);
  EXPECT_EQ(log_->dropped(), 0U);
}

TEST_F(DurableLogTest, SlowestConsumerHoldsEntries) {
  reopen({.keep_acknowledged = 0});
  for (int i = 0; i < 4; ++i) append();
  ASSERT_TRUE(log_->acknowledge("slow", 1));
  ASSERT_TRUE(log_->acknowledge("fast", 4));
  EXPECT_EQ(seqs(*log_->read({.oldest = true}, 10)), (Seqs{2, 3, 4}));
  EXPECT_EQ(log_->size()->lag, 3U);
  ASSERT_TRUE(log_->acknowledge("slow", 4));
  EXPECT_EQ(log_->size()->entries, 0U);
  EXPECT_EQ(append(), 5U) << "numbers are not used again when all entries are gone";
}

TEST_F(DurableLogTest, UnseenConsumersAreDropped) {
  reopen({.keep_acknowledged = 0});
  for (int i = 0; i < 3; ++i) append();
  ASSERT_TRUE(log_->acknowledge("gone", 1));
  clock_.advance(std::chrono::hours(15 * 24));
  ASSERT_TRUE(log_->acknowledge("here", 2));
  EXPECT_TRUE(log_->drop_unseen()->empty());
  clock_.advance(std::chrono::hours(15 * 24) + std::chrono::milliseconds(1));
  ASSERT_TRUE(log_->acknowledge("here", 2)) << "a poll that acknowledges nothing new still counts as seen";
  EXPECT_EQ(*log_->drop_unseen(), std::vector<std::string>{"gone"});
  EXPECT_EQ(log_->size()->entries, 1U) << "what only the dropped one had not read is free to go";
  clock_.advance(std::chrono::hours(29 * 24));
  EXPECT_TRUE(log_->drop_unseen()->empty());
}

TEST_F(DurableLogTest, LimitsRemoveTheOldestAndReadersLag) {
  reopen({.max_entries = 5});
  for (int i = 0; i < 4; ++i) append();
  ASSERT_TRUE(log_->acknowledge("chat", 2));
  for (int i = 0; i < 4; ++i) append();
  EXPECT_EQ(log_->size()->entries, 5U);
  EXPECT_EQ(log_->dropped(), 1U) << "entries 1 and 2 were acknowledged, 3 was not";
  const auto page = log_->read({.seq = 2}, 10);
  EXPECT_EQ(page->lagged, 1U);
  EXPECT_EQ(seqs(*page), (Seqs{4, 5, 6, 7, 8}));
  EXPECT_EQ(log_->read({.oldest = true}, 10)->lagged, 0U);
}

TEST_F(DurableLogTest, LimitOfBytes) {
  reopen({.max_bytes = 100});
  for (int i = 0; i < 5; ++i) append("t", std::string(40, 'x'));
  EXPECT_EQ(log_->size()->entries, 2U);
  EXPECT_EQ(log_->size()->bytes, 80U);
  append("t", std::string(200, 'x'));
  EXPECT_EQ(log_->size()->entries, 1U) << "one that is over the limit by itself is still kept";
}

TEST_F(DurableLogTest, TwoLogsInOneDatabase) {
  auto other = std::move(*DurableLog::open(*database_, "events", {}, random_));
  append();
  EXPECT_EQ(*other->last(), 0U);
  EXPECT_TRUE(other->parse_cursor(log_->cursor(1))->reset);
  EXPECT_FALSE(DurableLog::open(*database_, "bad name", {}, random_));
}

}  // namespace
}  // namespace status::store
