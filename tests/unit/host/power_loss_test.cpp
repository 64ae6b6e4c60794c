// What was acknowledged under FULL survives a power cut at any write: 1,000 of them.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/support/lossy_disk.h"
#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

constexpr std::int64_t kRows = 24;

// What the client of the database knows when the power fails.
struct Known {
  std::int64_t promised = 0;   // the last row whose commit was FULL and answered
  std::int64_t attempted = 0;  // the last one that it asked for
};

class PowerLoss : public StoreTest, public testing::WithParamInterface<int> {
 protected:
  static std::string body_of(std::int64_t row) {
    return std::string(static_cast<std::size_t>(row * 331 % 6'000 + 1), static_cast<char>('a' + row % 26));
  }
  // Rows 1, 2, … as long as the disk works; every third commit promises less, and now and then everything goes into the
  // main file.
  Known work() {
    Known known;
    auto database = Database::open(test_key(), options());
    if (!database) return known;
    if (!commit(**database, Durability::full, [](Transaction& tx) {
          return tx.run("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body TEXT)").has_value();
        })) {
      return known;
    }
    for (std::int64_t row = 1; row <= kRows; ++row) {
      known.attempted = row;
      const Durability durability = row % 3 == 0 ? Durability::normal : Durability::full;
      const bool done = commit(**database, durability, [row](Transaction& tx) {
        return tx.run("INSERT INTO t (id, body) VALUES (?1, ?2)", {row, body_of(row)}).has_value();
      });
      if (!done) return known;
      if (durability == Durability::full) known.promised = row;
      if (row % 10 == 0 && !(*database)->checkpoint()) return known;
    }
    return known;
  }
  template <class Change>
  static bool commit(Database& database, Durability durability, Change change) {
    auto tx = database.write(durability);
    return tx && change(*tx) && tx->commit().has_value();
  }
  // The rows are 1 … n without a gap, each as it was written; n, or -1.
  std::int64_t rows() {
    auto database = Database::open(test_key(), options());
    EXPECT_TRUE(database) << database.error().describe();
    if (!database) return -1;
    auto tx = (*database)->read();
    EXPECT_TRUE(tx) << tx.error().describe();
    if (!tx) return -1;
    auto found = tx->query("SELECT id, body FROM t ORDER BY id");
    EXPECT_TRUE(found) << found.error().describe();
    if (!found) return -1;
    std::int64_t last = 0;
    for (;;) {
      const auto more = found->next();
      EXPECT_TRUE(more) << more.error().describe();
      if (!more) return -1;
      if (!*more) break;
      EXPECT_EQ(found->int64(0), last + 1);
      EXPECT_EQ(found->text(1), body_of(last + 1));
      ++last;
    }
    return last;
  }
};

TEST_P(PowerLoss, NothingThatWasPromisedUnderFullIsLost) {
  constexpr int kPoints = 250;
  const std::uint32_t seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 dice(seed);
  test::LossyDisk disk;
  disk.fail_after(UINT64_MAX);
  ASSERT_EQ(work().promised, kRows - 1);
  const std::uint64_t whole = disk.operations();
  int failed = 0;
  for (int point = 0; point < kPoints && !HasFailure(); ++point) {
    disk.lose(dice);  // forgets the files of the point before
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    disk.fail_after(dice() % whole);
    const Known known = work();
    failed += disk.failed() ? 1 : 0;
    disk.lose(dice);
    if (known.attempted == 0) continue;  // the file itself was not made: there is nothing to be kept
    const std::int64_t found = rows();
    EXPECT_GE(found, known.promised) << "point " << point << " lost what was promised";
    EXPECT_LE(found, known.attempted) << "point " << point;
  }
  EXPECT_GT(failed, kPoints * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Quarters, PowerLoss, testing::Range(1, 5),
                         [](const auto& quarter) { return std::to_string(quarter.param); });

}  // namespace
}  // namespace status::store
