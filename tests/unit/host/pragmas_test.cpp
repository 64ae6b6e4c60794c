// What the connection of every module promises, asked of the connection itself.
#include <gmock/gmock.h>

#include "tests/support/sync_log.h"
#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

class PragmasTest : public StoreTest {
 protected:
  // The value as text. Inside `tx`, because pragmas are the connection's.
  std::string value(Transaction& tx, const std::string& pragma) {
    // SQLite answers some of them while it prepares: a kept statement would tell of before.
    auto rows = tx.query("PRAGMA " + pragma + " -- " + std::to_string(++asked_));
    EXPECT_TRUE(rows) << rows.error().describe();
    if (!rows) return {};
    const auto found = rows->next();
    EXPECT_TRUE(found && *found) << pragma << " has no value";
    return found && *found ? std::string(rows->text(0)) : std::string();
  }
  std::string synchronous(Database& database, Durability durability) {
    auto tx = database.write(durability);
    EXPECT_TRUE(tx);
    return tx ? value(*tx, "synchronous") : std::string();
  }

  int asked_ = 0;
};

constexpr const char* kNormal = "1";
constexpr const char* kFull = "2";

TEST_F(PragmasTest, PagesOf4096BytesAndAWriteAheadLog) {
  auto database = open();
  auto tx = database->write();
  ASSERT_TRUE(tx);
  EXPECT_EQ(value(*tx, "cipher_page_size"), "4096");
  EXPECT_EQ(value(*tx, "page_size"), "4096");
  EXPECT_EQ(value(*tx, "journal_mode"), "wal");
  EXPECT_EQ(value(*tx, "foreign_keys"), "1");
  EXPECT_EQ(value(*tx, "temp_store"), "2") << "nothing of it in plain files";
}

TEST_F(PragmasTest, TheFileIsMadeOfSuchPages) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id)");
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
  ASSERT_TRUE(database->checkpoint());
  const auto pages = integer(*database, "PRAGMA page_count");
  EXPECT_EQ(std::filesystem::file_size(path_), static_cast<std::uintmax_t>(pages) * 4096);
}

TEST_F(PragmasTest, EachTransactionHasTheDurabilityThatItAskedFor) {
  auto database = open();
  {
    auto tx = database->write();
    ASSERT_TRUE(tx);
    EXPECT_EQ(value(*tx, "synchronous"), kFull) << "unless it says otherwise";
  }
  EXPECT_EQ(synchronous(*database, Durability::normal), kNormal);
  EXPECT_EQ(synchronous(*database, Durability::normal), kNormal);
  EXPECT_EQ(synchronous(*database, Durability::full), kFull) << "after one that asked for less";
  EXPECT_EQ(synchronous(*database, Durability::normal), kNormal);
}

TEST_F(PragmasTest, AFullCommitWaitsForTheDiskAndANormalOneDoesNot) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id)");
  const auto synced_by = [&](Durability asked) {
    test::take_synced();
    auto tx = database->write(asked);
    EXPECT_TRUE(tx && tx->run("INSERT INTO t VALUES (1)") && tx->commit());
    return test::take_synced();
  };
  EXPECT_THAT(synced_by(Durability::normal), testing::IsEmpty());
  EXPECT_THAT(synced_by(Durability::full), testing::ElementsAre(path_ + "-wal"));
}

TEST_F(PragmasTest, WhoWatchesCommitsHearsWhatTheConnectionWasSetTo) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id)");
  commits_.take();
  for (const Durability asked : {Durability::normal, Durability::full}) {
    auto tx = database->write(asked);
    ASSERT_TRUE(tx);
    ASSERT_TRUE(tx->run("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(tx->commit());
  }
  EXPECT_EQ(commits_.take(), (std::vector{Durability::normal, Durability::full}));
  {
    auto undone = database->write();
    ASSERT_TRUE(undone);
    undone->rollback();
  }
  EXPECT_TRUE(database->read()->commit());
  EXPECT_TRUE(commits_.take().empty()) << "nothing was promised";
}

}  // namespace
}  // namespace status::store
