#include "services/host/store/database.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <future>
#include <thread>

#include "ipc/base/stage_clock.h"
#include "services/host/store/file_checks.h"
#include "tests/support/sync_log.h"
#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST_F(StoreTest, KeepsWhatWasCommitted) {
  {
    auto database = open();
    execute(*database, "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, data BLOB, gone TEXT, ratio REAL)");
    execute(*database, "INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)",
            {std::int64_t{-5}, "", Bytes{}, std::optional<std::string>{}, 0.5});
    execute(*database, "INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)",
            {9, std::string("a\0b", 3), Bytes{0, 1, 255}, nullptr, 2.0});
  }
  auto database = open();
  auto tx = database->read();
  auto rows = tx->query("SELECT id, word, data, gone, ratio FROM t ORDER BY id");
  ASSERT_TRUE(rows) << rows.error().describe();
  ASSERT_TRUE(*rows->next());
  EXPECT_EQ(rows->int64(0), -5);
  EXPECT_FALSE(rows->is_null(1));
  EXPECT_FALSE(rows->is_null(2));
  EXPECT_TRUE(rows->is_null(3));
  EXPECT_EQ(rows->real(4), 0.5);
  ASSERT_TRUE(*rows->next());
  EXPECT_EQ(rows->text(1), std::string("a\0b", 3));
  EXPECT_EQ(rows->bytes(2), (Bytes{0, 1, 255}));
  EXPECT_FALSE(*rows->next());
}

TEST_F(StoreTest, FileIsEncryptedAndPrivate) {
  auto database = open();
  execute(*database, "CREATE TABLE readable_word (x)");
  ASSERT_TRUE(database->checkpoint());
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
  EXPECT_EQ(mode_of(path_ + "-shm"), 0600U);
  const std::string content = read_all(path_);
  EXPECT_FALSE(content.starts_with("SQLite format 3"));
  EXPECT_EQ(content.find("readable_word"), std::string::npos);
}

TEST_F(StoreTest, ANewFileIsOnTheDiskWithItsName) {
  test::take_synced();
  ASSERT_TRUE(prepare_file(path_));
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(folder_.path()));
  ASSERT_TRUE(prepare_file(path_));
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(folder_.path())) << "its maker may have been killed before";
  execute(*open(), "CREATE TABLE t (id)");
  test::take_synced();
  ASSERT_TRUE(prepare_file(path_));
  EXPECT_TRUE(test::take_synced().empty());
}

TEST_F(StoreTest, WrongKeyIsAClearError) {
  open();
  const auto opened = Database::open(test_key(8), options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::failed_precondition);
  EXPECT_EQ(opened.error().reason, "store.wrong_key");
  EXPECT_NE(opened.error().message.find(path_), std::string::npos);
  EXPECT_NE(open(), nullptr) << "the refused attempt must not harm the file";
}

TEST_F(StoreTest, ShortKeyIsRefused) {
  const auto opened = Database::open(host::SecretBytes(Bytes(16, 1)), options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "store.bad_key");
}

TEST_F(StoreTest, PlaintextFileIsRefusedAndLeftAlone) {
  const std::string plain = std::string("SQLite format 3\0", 16) + std::string(4080, 'x');
  std::ofstream(path_, std::ios::binary) << plain;
  const auto opened = Database::open(test_key(), options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "store.plaintext");
  EXPECT_EQ(read_all(path_), plain);
}

TEST_F(StoreTest, WideModesAreTightened) {
  open();
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  ASSERT_NE(open(), nullptr);
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(StoreTest, UnsafePlacesAreRefused) {
  ASSERT_EQ(::symlink("/dev/null", folder_.file("link.db").c_str()), 0);
  path_ = folder_.file("link.db");
  const auto link = Database::open(test_key(), options());
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().reason, "store.unsafe_path");

  ASSERT_EQ(::mkdir(folder_.file("shared").c_str(), 0700), 0);
  ASSERT_EQ(::chmod(folder_.file("shared").c_str(), 0770), 0);
  path_ = folder_.file("shared/test.db");
  const auto shared = Database::open(test_key(), options());
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Code::permission_denied);
  EXPECT_NE(shared.error().message.find("chmod 700 "), std::string::npos);
}

TEST_F(StoreTest, CreatesItsOwnFolder) {
  path_ = folder_.file("chat/chat.db");
  ASSERT_NE(open(), nullptr);
  EXPECT_EQ(mode_of(folder_.file("chat")), 0700U);
}

TEST_F(StoreTest, RollsBackUnlessCommitted) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
  int told = 0;
  {
    auto tx = database->write();
    ASSERT_TRUE(tx->run("INSERT INTO t VALUES (1)"));
    tx->on_commit([&] { ++told; });
  }
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM t"), 0);
  EXPECT_EQ(told, 0);
  auto tx = database->write();
  tx->on_commit([&] {
    ++told;
    EXPECT_EQ(integer(*database, "SELECT count(*) FROM t"), 1) << "the database is free again and the effect visible";
  });
  ASSERT_TRUE(tx->run("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(told, 1);
  EXPECT_EQ(tx->commit().error().reason, "store.stale_transaction");
}

TEST_F(StoreTest, NestingIsRefused) {
  auto database = open();
  auto outer = database->read();
  ASSERT_TRUE(outer);
  const auto inner = database->write();
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().reason, "store.nested_transaction");
  EXPECT_EQ(database->checkpoint().error().reason, "store.nested_transaction");
}

TEST_F(StoreTest, AnotherThreadWaitsForItsTurn) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
  std::promise<void> started;
  std::future<std::int64_t> seen;
  {
    auto tx = database->write();
    ASSERT_TRUE(tx->run("INSERT INTO t VALUES (1)"));
    seen = std::async(std::launch::async, [&] {
      started.set_value();
      return integer(*database, "SELECT count(*) FROM t");
    });
    started.get_future().wait();
    ASSERT_TRUE(tx->commit());
  }
  EXPECT_EQ(seen.get(), 1);
}

TEST_F(StoreTest, ReadingTransactionDoesNotWrite) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id)");
  auto tx = database->read();
  EXPECT_EQ(tx->run("INSERT INTO t VALUES (1)").error().reason, "store.read_only");
  EXPECT_TRUE(tx->integer("SELECT count(*) FROM t"));
}

TEST_F(StoreTest, StatementDoesNotOutliveItsTransaction) {
  auto database = open();
  auto tx = database->read();
  auto rows = tx->query("SELECT 1 UNION SELECT 2");
  ASSERT_TRUE(*rows->next());
  ASSERT_TRUE(tx->commit());
  EXPECT_EQ(rows->next().error().reason, "store.stale_statement");
  auto later = database->read();
  EXPECT_EQ(rows->next().error().reason, "store.stale_statement");
}

TEST_F(StoreTest, SameStatementTwiceAtOnce) {
  auto database = open();
  auto tx = database->read();
  constexpr std::string_view kSql = "SELECT ?1 UNION ALL SELECT ?1 + 1";
  auto first = tx->query(kSql, {10});
  auto second = tx->query(kSql, {20});
  ASSERT_TRUE(*first->next());
  ASSERT_TRUE(*second->next());
  EXPECT_EQ(first->int64(0), 10);
  EXPECT_EQ(second->int64(0), 20);
  ASSERT_TRUE(*first->next());
  EXPECT_EQ(first->int64(0), 11);
}

TEST_F(StoreTest, CacheTurnsOver) {
  auto database = open();
  for (int i = 0; i < 400; ++i) {
    EXPECT_EQ(integer(*database, "SELECT " + std::to_string(i)), i);
  }
  EXPECT_EQ(integer(*database, "SELECT 0"), 0);
}

TEST_F(StoreTest, ErrorsNameTheCause) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id INTEGER PRIMARY KEY, other INTEGER REFERENCES t(id), CHECK (id < 100))");
  execute(*database, "INSERT INTO t VALUES (1, NULL)");
  auto tx = database->write();
  EXPECT_EQ(tx->run("INSERT INTO t VALUES (1, NULL)").error().code, Code::already_exists);
  EXPECT_EQ(tx->run("INSERT INTO t VALUES (2, 77)").error().reason, "store.constraint");
  EXPECT_EQ(tx->run("INSERT INTO t VALUES (200, NULL)").error().reason, "store.constraint");
  EXPECT_EQ(tx->run("INSERT INTO nowhere VALUES (1)").error().reason, "store.error");
  EXPECT_EQ(tx->run("SELECT ?1, ?2", {1}).error().reason, "store.bad_parameters");
  EXPECT_EQ(tx->run("SELECT 1; SELECT 2").error().reason, "store.bad_statement");
  EXPECT_EQ(tx->run("SELECT ?1", {~std::uint64_t{0}}).error().code, Code::invalid_argument);
  ASSERT_TRUE(tx->run("INSERT INTO t VALUES (2, 1)")) << "a refused statement does not end the transaction";
  EXPECT_TRUE(tx->commit());
}

TEST_F(StoreTest, ErrorsHoldNoValues) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id TEXT PRIMARY KEY)");
  execute(*database, "INSERT INTO t VALUES (?1)", {"the secret"});
  auto tx = database->write();
  const auto refused = tx->run("INSERT INTO t VALUES (?1)", {"the secret"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().describe().find("secret"), std::string::npos);
}

TEST_F(StoreTest, FullDiskRefusesWritesAndServesReads) {
  auto database = open();
  execute(*database, "CREATE TABLE t (id)");
  disk_.free = (64ULL << 20) - 1;
  EXPECT_TRUE(database->write()) << "the answer of the disk is believed for a second";
  clock_.advance(std::chrono::milliseconds(1000));
  const auto refused = database->write();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_EQ(refused.error().reason, "store.disk_full");
  EXPECT_NE(refused.error().message.find("63 MiB"), std::string::npos);
  EXPECT_EQ(integer(*database, "SELECT count(*) FROM t"), 0);
  const int asked = disk_.asked;
  EXPECT_FALSE(database->write());
  EXPECT_EQ(disk_.asked, asked);
  disk_.free = 64ULL << 20;
  clock_.advance(std::chrono::milliseconds(1000));
  EXPECT_TRUE(database->write());
}

class Tally final : public TimeObserver {
 public:
  void database_time(Operation operation, std::chrono::nanoseconds spent) override {
    ++count[static_cast<std::size_t>(operation)];
    total += spent;
  }
  std::array<int, kOperations> count{};
  std::chrono::nanoseconds total{};
};

TEST_F(StoreTest, TellsWhereTheTimeGoes) {
  Tally all;
  DatabaseOptions made = options();
  made.observer = &all;
  auto database = std::move(*Database::open(test_key(), made));
  StageTotals call;
  {
    const StageScope scope(call);
    execute(*database, "CREATE TABLE t (id)");
    EXPECT_EQ(integer(*database, "SELECT count(*) FROM t"), 0);
  }
  EXPECT_EQ(all.count, (std::array<int, kOperations>{2, 2, 1})) << "begin and step of each, and one commit";
  const std::uint64_t charged = call.of(Stage::persist);
  EXPECT_GE(charged, static_cast<std::uint64_t>(all.total.count()));
  EXPECT_EQ(call.all(), charged);
  integer(*database, "SELECT 1");
  EXPECT_EQ(all.count[0], 4);
  EXPECT_EQ(call.of(Stage::persist), charged) << "outside the call it is not charged";
}

}  // namespace
}  // namespace status::store
