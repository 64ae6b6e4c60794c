// What every archive promises, asked of both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "services/waku/mesh/database_archive.h"
#include "services/waku/mesh/memory_archive.h"
#include "tests/unit/host/store_fixture.h"

namespace status::waku::mesh {
namespace {

using ::testing::ElementsAre;

class InMemory {
 public:
  MessageArchive& archive() { return archive_; }

 private:
  MemoryArchive archive_{ArchiveId{1}};
};

class InDatabase {
 public:
  InDatabase() { open(); }
  MessageArchive& archive() { return *archive_; }
  store::CommitLog& commits() { return commits_; }
  void set_free(std::uint64_t bytes) {
    disk_.free = bytes;
    clock_.advance(std::chrono::seconds(2));  // the store asks once a second
  }
  // As a new process would, after a boot if the text is another one.
  void reopen(const std::string& boot = "boot one") {
    archive_.reset();
    database_.reset();
    open(boot);
  }

 private:
  void open(const std::string& boot = "boot one") {
    std::ofstream(folder_.file("boot_id")) << boot << "\n";
    store::DatabaseOptions options;
    options.path = folder_.file("waku.db");
    options.disk = &disk_;
    options.clock = &clock_;
    options.commits = &commits_;
    auto database = store::Database::open(store::test_key(), options);
    ASSERT_TRUE(database) << database.error().describe();
    database_ = std::move(*database);
    const auto migrated = store::migrate(*database_, {archive_migration(1)});
    ASSERT_TRUE(migrated) << migrated.error().describe();
    auto archive = DatabaseArchive::open(*database_, random_, folder_.file("boot_id"));
    ASSERT_TRUE(archive) << archive.error().describe();
    archive_ = std::move(*archive);
  }

  store::TemporaryFolder folder_;
  store::FakeDisk disk_;
  store::CommitLog commits_;
  FakeClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<DatabaseArchive> archive_;
};

MessageHash hash_of(int n) {
  MessageHash hash{};
  hash[0] = static_cast<std::uint8_t>(n);
  return hash;
}

// Message n: time stamp 1000 + n, arrived at 100 n ms, of 10 bytes; even ones of topic "even". 0 when it was there.
std::uint64_t insert(MessageArchive& archive, int n, std::int64_t timestamp = -1) {
  const Bytes encoded(10, static_cast<std::uint8_t>(n));
  const auto inserted = archive.insert({.hash = hash_of(n),
                                        .shard = 3,
                                        .timestamp_ns = timestamp < 0 ? 1000 + n : timestamp,
                                        .content_topic = n % 2 == 0 ? "even" : "odd",
                                        .arrived_ms = 100 * n,
                                        .own = n == 1,
                                        .encoded = encoded});
  EXPECT_TRUE(inserted) << inserted.error().describe();
  return inserted && inserted->fresh ? inserted->position : 0;
}

std::vector<int> numbers(const std::vector<Record>& records) {
  std::vector<int> out;
  for (const Record& record : records) out.push_back(record.encoded.at(0));
  return out;
}

template <class Kind>
class MessageArchives : public ::testing::Test {
 protected:
  Batch after(std::uint64_t position, std::int64_t oldest_ms = 0, BatchLimit limit = {100, 10'000}) {
    Result<Batch> batch = kind_.archive().after(position, oldest_ms, limit);
    EXPECT_TRUE(batch) << batch.error().describe();
    return batch ? *batch : Batch{};
  }
  QueryBatch query(const StoreQuery& query, std::size_t max_bytes = 10'000) {
    Result<QueryBatch> batch = kind_.archive().query(query, max_bytes);
    EXPECT_TRUE(batch) << batch.error().describe();
    return batch ? *batch : QueryBatch{};
  }
  Kind kind_;
};

using Kinds = ::testing::Types<InMemory, InDatabase>;
TYPED_TEST_SUITE(MessageArchives, Kinds);

TYPED_TEST(MessageArchives, NumbersInOrderAndRefusesDuplicates) {
  MessageArchive& archive = this->kind_.archive();
  EXPECT_EQ(archive.head(), 0U);
  EXPECT_EQ(insert(archive, 1), 1U);
  EXPECT_EQ(insert(archive, 2), 2U);
  EXPECT_EQ(insert(archive, 1), 0U);
  EXPECT_EQ(archive.insert({.hash = hash_of(2), .content_topic = "even", .encoded = {}})->position, 2U)
      << "where it is, it says all the same";
  EXPECT_EQ(insert(archive, 3), 3U);
  EXPECT_EQ(archive.head(), 3U);
  EXPECT_EQ(archive.totals().messages, 3U);
  EXPECT_EQ(archive.totals().bytes, 30U);
}

TYPED_TEST(MessageArchives, ReadsOnFromAPosition) {
  MessageArchive& archive = this->kind_.archive();
  for (int n = 1; n <= 5; ++n) insert(archive, n);
  Batch batch = this->after(2, 0, {2, 10'000});
  EXPECT_THAT(numbers(batch.records), ElementsAre(3, 4));
  EXPECT_EQ(batch.next, 4U);
  EXPECT_TRUE(batch.more);
  batch = this->after(batch.next);
  EXPECT_THAT(numbers(batch.records), ElementsAre(5));
  EXPECT_EQ(batch.next, 5U);
  EXPECT_FALSE(batch.more);
  EXPECT_TRUE(this->after(5).records.empty());

  const Record record = this->after(0).records.at(0);
  EXPECT_EQ(record.position, 1U);
  EXPECT_EQ(record.hash, hash_of(1));
  EXPECT_EQ(record.shard, 3);
  EXPECT_EQ(record.arrived_ms, 100);
  EXPECT_TRUE(record.own);
  EXPECT_FALSE(this->after(1).records.at(0).own);
}

TYPED_TEST(MessageArchives, ABatchIsBoundedInBytesButNeverEmpty) {
  MessageArchive& archive = this->kind_.archive();
  for (int n = 1; n <= 5; ++n) insert(archive, n);
  EXPECT_THAT(numbers(this->after(0, 0, {100, 25}).records), ElementsAre(1, 2));
  EXPECT_THAT(numbers(this->after(0, 0, {100, 1}).records), ElementsAre(1));
  EXPECT_THAT(numbers(this->after(0, 300).records), ElementsAre(3, 4, 5));
}

TYPED_TEST(MessageArchives, QueriesPageInTheOrderOfTimeStampAndHash) {
  MessageArchive& archive = this->kind_.archive();
  for (int n : {5, 3, 1, 4, 2}) insert(archive, n);
  insert(archive, 7, 1003);
  insert(archive, 6, 1003);
  for (const bool forward : {true, false}) {
    std::vector<int> seen;
    StoreQuery query{.limit = 2, .forward = forward};
    for (bool more = true; more;) {
      const QueryBatch batch = this->query(query);
      more = batch.more;
      for (int n : numbers(batch.records)) seen.push_back(n);
      ASSERT_FALSE(batch.records.empty());
      query.cursor = batch.records.back().hash;
    }
    if (forward) {
      EXPECT_THAT(seen, ElementsAre(1, 2, 3, 6, 7, 4, 5));
    } else {
      EXPECT_THAT(seen, ElementsAre(5, 4, 7, 6, 3, 2, 1));
    }
  }
}

TYPED_TEST(MessageArchives, QueriesFilter) {
  MessageArchive& archive = this->kind_.archive();
  for (int n = 1; n <= 6; ++n) insert(archive, n);
  EXPECT_THAT(numbers(this->query({.content_topics = {"even"}}).records), ElementsAre(2, 4, 6));
  EXPECT_THAT(numbers(this->query({.content_topics = {"even", "odd", "even"}, .limit = 4}).records),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(numbers(this->query({.start_ns = 1002, .end_ns = 1004}).records), ElementsAre(2, 3, 4));
  EXPECT_THAT(numbers(this->query({.content_topics = {"odd"}, .cursor = hash_of(3), .forward = false}).records),
              ElementsAre(1));
  EXPECT_TRUE(this->query({.content_topics = {"neither"}}).records.empty());
  EXPECT_TRUE(this->query({}, 25).more);
  EXPECT_THAT(numbers(this->query({}, 25).records), ElementsAre(1, 2));
  const Result<QueryBatch> unknown = archive.query({.cursor = hash_of(99)}, 100);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().reason, "waku.unknown_cursor");
}

TYPED_TEST(MessageArchives, ForgetsByAgeThenBySize) {
  MessageArchive& archive = this->kind_.archive();
  for (int n = 1; n <= 6; ++n) insert(archive, n);
  ASSERT_TRUE(archive.expire(300, 1000));
  EXPECT_THAT(numbers(this->after(0).records), ElementsAre(3, 4, 5, 6));
  ASSERT_TRUE(archive.expire(0, 25));
  EXPECT_THAT(numbers(this->after(0).records), ElementsAre(5, 6));
  EXPECT_EQ(archive.totals().messages, 2U);
  EXPECT_EQ(archive.totals().bytes, 20U);
  EXPECT_EQ(archive.head(), 6U);
  EXPECT_EQ(insert(archive, 1), 7U) << "what is forgotten is new again, under a new number";
}

TYPED_TEST(MessageArchives, RemembersHowFarPeersWereRead) {
  MessageArchive& archive = this->kind_.archive();
  EXPECT_FALSE(archive.cursor(PeerId{1})->has_value());
  ASSERT_TRUE(archive.set_cursor(PeerId{1}, {ArchiveId{9}, 5}));
  ASSERT_TRUE(archive.set_cursor(PeerId{1}, {ArchiveId{9}, 6}));
  const auto cursor = *archive.cursor(PeerId{1});
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->archive, ArchiveId{9});
  EXPECT_EQ(cursor->position, 6U);
  EXPECT_FALSE(archive.cursor(PeerId{2})->has_value());
}

TEST(DatabaseArchive, EverythingSurvivesAReopening) {
  InDatabase kind;
  for (int n = 1; n <= 3; ++n) insert(kind.archive(), n);
  ASSERT_TRUE(kind.archive().set_cursor(PeerId{1}, {ArchiveId{9}, 5}));
  const ArchiveId id = kind.archive().id();
  kind.reopen();
  EXPECT_EQ(kind.archive().id(), id);
  EXPECT_EQ(kind.archive().head(), 3U);
  EXPECT_EQ(kind.archive().totals().bytes, 30U);
  EXPECT_EQ(kind.archive().after(0, 0, {10, 1000})->records.size(), 3U);
  EXPECT_EQ((*kind.archive().cursor(PeerId{1}))->position, 5U);
}

TEST(DatabaseArchive, OpensOnAFullDisk) {
  InDatabase kind;
  for (int n = 1; n <= 3; ++n) insert(kind.archive(), n);
  const ArchiveId id = kind.archive().id();
  kind.set_free(0);
  kind.reopen();
  ASSERT_FALSE(::testing::Test::HasFailure());
  EXPECT_EQ(kind.archive().id(), id);
  EXPECT_EQ(kind.archive().head(), 3U);

  kind.reopen("boot two");
  ASSERT_FALSE(::testing::Test::HasFailure());
  EXPECT_EQ(kind.archive().id(), id);
  EXPECT_GT(kind.archive().head(), 1'000'000U);
  EXPECT_THAT(numbers(kind.archive().after(0, 0, {10, 1000})->records), ElementsAre(1, 2, 3)) << "reads go on";
  EXPECT_EQ(kind.archive().insert({.hash = hash_of(4), .encoded = {}}).error().reason, "store.disk_full");
  kind.set_free(1ULL << 40);
  const std::uint64_t head = kind.archive().head();
  EXPECT_EQ(insert(kind.archive(), 4), head + 1);
}

TEST(DatabaseArchive, PositionsOfForgottenMessagesAreNotUsedAgain) {
  InDatabase kind;
  for (int n = 1; n <= 3; ++n) insert(kind.archive(), n);
  ASSERT_TRUE(kind.archive().expire(10'000, 0));
  kind.reopen();
  EXPECT_EQ(insert(kind.archive(), 4), 4U);
}

TEST(DatabaseArchive, AfterABootPositionsGoOnAboveAnythingThatPowerLossCouldHaveTaken) {
  InDatabase kind;
  insert(kind.archive(), 1);
  kind.reopen("boot two");
  kind.commits().take();
  EXPECT_EQ(insert(kind.archive(), 1), 0U) << "a duplicate notes no boot";
  const std::uint64_t position = insert(kind.archive(), 2);
  EXPECT_GT(position, 1'000'000U);
  EXPECT_THAT(kind.commits().take(), ElementsAre(store::Durability::full)) << "what the next boot has to know";
  kind.reopen("boot two");
  EXPECT_EQ(insert(kind.archive(), 3), position + 1);
  EXPECT_THAT(kind.commits().take(), ElementsAre(store::Durability::normal));
  kind.reopen("boot three");
  EXPECT_GT(kind.archive().head(), position + 1'000'000U);
  EXPECT_THAT(numbers(kind.archive().after(1, 0, {10, 1000})->records), ElementsAre(2, 3));
}

}  // namespace
}  // namespace status::waku::mesh
