#include "services/host/store/migration.h"

#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

class MigrationTest : public StoreTest {
 protected:
  std::vector<Migration> steps(int count) {
    std::vector<Migration> list;
    for (int i = 1; i <= count; ++i) {
      list.push_back(sql_migration(i, "step " + std::to_string(i),
                                   "CREATE TABLE t" + std::to_string(i) + " (id INTEGER PRIMARY KEY);"));
    }
    return list;
  }
  void migrate_to(int version) {
    auto database = open();
    const auto outcome = migrate(*database, steps(version));
    ASSERT_TRUE(outcome) << outcome.error().describe();
    EXPECT_EQ(outcome->to, version);
  }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
};

TEST_F(MigrationTest, NewDatabaseGetsAllStepsWithoutACopy) {
  auto database = open();
  const auto outcome = migrate(*database, steps(3));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->from, 0);
  EXPECT_EQ(outcome->copy, "");
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM t3"), 0);
  EXPECT_EQ(migrate(*database, steps(3))->from, 3);
}

TEST_F(MigrationTest, CopiesFirstAndKeepsOneCopy) {
  migrate_to(1);
  {
    auto database = open();
    execute(*database, "INSERT INTO t1 VALUES (42)");
  }
  migrate_to(2);
  EXPECT_EQ(files(), (std::vector<std::string>{"test.db", "test.db.before-v2"}));
  migrate_to(3);
  EXPECT_EQ(files(), (std::vector<std::string>{"test.db", "test.db.before-v3"}));

  path_ = folder_.file("test.db.before-v3");
  auto copy = open();
  EXPECT_EQ(integer(*copy, "SELECT id FROM t1"), 42) << "the copy is whole and opens with the same key";
  EXPECT_EQ(integer(*copy, "PRAGMA user_version"), 2);
}

TEST_F(MigrationTest, NewerDatabaseIsRefusedUntouched) {
  migrate_to(7);
  const std::string before = read_all(path_);
  auto database = open();
  const auto outcome = migrate(*database, steps(5));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::failed_precondition);
  EXPECT_EQ(outcome.error().reason, "store.newer_database");
  EXPECT_NE(outcome.error().message.find("version 7"), std::string::npos);
  EXPECT_NE(outcome.error().message.find("up to 5"), std::string::npos);
  database.reset();
  EXPECT_EQ(read_all(path_), before);
}

TEST_F(MigrationTest, FailureLeavesTheOldDatabase) {
  migrate_to(1);
  const std::string before = read_all(path_);
  auto database = open();
  auto list = steps(2);
  list.push_back(sql_migration(3, "broken", "CREATE TABLE t9 (id); INSERT INTO nowhere VALUES (1);"));
  const auto outcome = migrate(*database, list);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, "store.migration_failed");
  EXPECT_NE(outcome.error().message.find("'broken'"), std::string::npos);
  EXPECT_EQ(integer(*database, "PRAGMA user_version"), 1);
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM sqlite_master"), 1);
  database.reset();
  EXPECT_EQ(read_all(path_), before);
  EXPECT_EQ(files(), std::vector<std::string>{"test.db"});
}

TEST_F(MigrationTest, BrokenReferencesFailTheMigration) {
  auto database = open();
  const std::vector<Migration> list{
      sql_migration(1, "tables",
                    "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a(id));"),
      sql_migration(2, "orphan", "INSERT INTO b VALUES (5);")};
  const auto outcome = migrate(*database, list);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, "store.migration_failed");
  EXPECT_NE(outcome.error().message.find("table b"), std::string::npos);
}

TEST_F(MigrationTest, TableThatOthersPointToCanBeRebuilt) {
  auto database = open();
  std::vector<Migration> list{
      sql_migration(1, "tables",
                    "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a(id));"
                    "INSERT INTO a VALUES (5); INSERT INTO b VALUES (5);")};
  ASSERT_TRUE(migrate(*database, list));
  list.push_back(
      sql_migration(2, "wider",
                    "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO fresh SELECT id, 'x' FROM a;"
                    "DROP TABLE a; ALTER TABLE fresh RENAME TO a;"));
  const auto outcome = migrate(*database, list);
  ASSERT_TRUE(outcome) << outcome.error().describe();
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM b JOIN a ON a.id = b.a"), 1);
}

TEST_F(MigrationTest, NoRoomForTheCopyNoMigration) {
  migrate_to(1);
  auto database = open();
  disk_.free = (64ULL << 20) + 4096;
  const auto outcome = migrate(*database, steps(2));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, "store.disk_full");
  EXPECT_EQ(integer(*database, "PRAGMA user_version"), 1);
}

TEST_F(MigrationTest, GapInTheListIsRefused) {
  auto database = open();
  auto list = steps(3);
  list.erase(list.begin() + 1);
  EXPECT_EQ(migrate(*database, list).error().reason, "store.bad_migrations");
}

}  // namespace
}  // namespace status::store
