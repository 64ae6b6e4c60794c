#include "services/chat/protocol/sequence_set.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "tests/unit/chat/fixture.h"

namespace status::chat {
namespace {

TEST(SequenceSet, JoinsRangesFromBothSides) {
  SequenceSet set;
  EXPECT_TRUE(set.insert(3));
  EXPECT_TRUE(set.insert(5));
  EXPECT_EQ(set, SequenceSet(0, {{3, 3}, {5, 5}}));
  EXPECT_TRUE(set.insert(4));
  EXPECT_EQ(set, SequenceSet(0, {{3, 5}}));
  EXPECT_TRUE(set.insert(1));
  EXPECT_EQ(set, SequenceSet(1, {{3, 5}}));
  EXPECT_TRUE(set.insert(2));
  EXPECT_EQ(set, SequenceSet(5, {}));
  EXPECT_FALSE(set.insert(4));
  EXPECT_EQ(set.highest(), 5u);
}

TEST(SequenceSet, AgreesWithAPlainSet) {
  std::mt19937_64 random(test::test_seed());
  for (int round = 0; round < 50; ++round) {
    SequenceSet set;
    std::set<std::uint64_t> plain;
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t sequence = random() % 200 + 1;
      ASSERT_EQ(set.insert(sequence), plain.insert(sequence).second);
      ASSERT_TRUE(SequenceSet::valid(set.contiguous(), set.ranges()));
    }
    for (std::uint64_t sequence = 1; sequence <= 201; ++sequence) {
      ASSERT_EQ(set.contains(sequence), plain.contains(sequence));
    }
    EXPECT_EQ(set.highest(), *plain.rbegin());
  }
}

TEST(SequenceSet, ValidityAtTheEndsOfTheType) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(SequenceSet::valid(kMax - 2, {{kMax, kMax}}));
  EXPECT_FALSE(SequenceSet::valid(kMax, {{0, 0}}));
  EXPECT_FALSE(SequenceSet::valid(kMax - 1, {{kMax, kMax}}));
  EXPECT_FALSE(SequenceSet::valid(0, {{0, 1}}));
}

TEST(SequenceSet, FirstRanges) {
  const SequenceSet set(1, {{3, 3}, {5, 5}, {7, 9}});
  EXPECT_EQ(set.first_ranges(2), SequenceSet(1, {{3, 3}, {5, 5}}));
  EXPECT_EQ(set.first_ranges(9), set);
}

}  // namespace
}  // namespace status::chat
