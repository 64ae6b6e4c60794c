#include "services/storage/embedded/block_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

class BlockFileTest : public ::testing::Test {
 protected:
  BlockFile file(const std::string& name, std::uint8_t key = 1, std::uint8_t id = 1) {
    auto opened = folder_.open(name);
    if (!opened) opened = folder_.create(name);
    return {std::move(*opened), store::test_key(key), FileId{id}, {}};
  }
  bool opens(BlockFile&& from, std::uint64_t index, std::size_t data = kBlockBytes) {
    return from.read(index, data, block_).value();
  }

  test::LossyFolder folder_;
  SystemRandom random_;
  Bytes block_ = Bytes(kBlockBytes);
};

TEST_F(BlockFileTest, GivesBackWhatItTook) {
  const Bytes data = test::noise(3 * kBlockBytes + 17, 1);
  ASSERT_TRUE(file("a").write(0, data, random_));
  for (std::uint64_t i = 0; i < 4; ++i) {
    const std::size_t size = data_in_block(data.size(), i);
    ASSERT_TRUE(opens(file("a"), i, size));
    EXPECT_TRUE(std::equal(block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(size),
                           data.begin() + static_cast<std::ptrdiff_t>(i * kBlockBytes)));
  }
  EXPECT_EQ(folder_.contents("a").size(), slots_bytes(data.size()));
  EXPECT_FALSE(opens(file("a"), 4));  // there is no such block
}

TEST_F(BlockFileTest, ShowsNothingOfItOnTheDisk) {
  const std::string secret = "the quick brown fox jumps over the lazy dog";
  Bytes data(2 * kBlockBytes);
  for (std::size_t at = 0; at + secret.size() < data.size(); at += secret.size())
    std::ranges::copy(secret, data.begin() + static_cast<std::ptrdiff_t>(at));
  ASSERT_TRUE(file("a").write(0, data, random_));
  ASSERT_TRUE(file("b").write(0, data, random_));
  const Bytes& there = folder_.contents("a");
  EXPECT_EQ(std::search(there.begin(), there.end(), secret.begin(), secret.begin() + 8), there.end());
  // The same block twice in a place is not even seen to be the same.
  EXPECT_NE(there, folder_.contents("b"));
}

TEST_F(BlockFileTest, AFlippedBitAnywhereDoesNotOpen) {
  ASSERT_TRUE(file("a").write(0, test::noise(2 * kBlockBytes, 2), random_));
  SeededRandom random(test::test_seed());
  for (int round = 0; round < 200; ++round) {
    // The nonce, the tag and their borders each time, then anywhere.
    constexpr std::size_t kEnds[] = {
        0, kNonceBytes - 1, kNonceBytes, kSlotBytes - kTagBytes - 1, kSlotBytes - kTagBytes, kSlotBytes - 1};
    const std::size_t at = round < 6 ? kEnds[round] : random.next64() % kSlotBytes;
    const auto bit = static_cast<std::uint8_t>(1U << random.next64() % 8);
    folder_.contents("a")[at] ^= bit;
    ASSERT_FALSE(opens(file("a"), 0)) << at;
    ASSERT_TRUE(opens(file("a"), 1)) << at;
    folder_.contents("a")[at] ^= bit;
  }
  EXPECT_TRUE(opens(file("a"), 0));
}

TEST_F(BlockFileTest, ABlockOpensInItsOwnPlaceOnly) {
  ASSERT_TRUE(file("a").write(0, test::noise(2 * kBlockBytes, 3), random_));
  Bytes& bytes = folder_.contents("a");
  std::rotate(bytes.begin(), bytes.begin() + kSlotBytes, bytes.end());  // the two change places
  EXPECT_FALSE(opens(file("a"), 0));
  EXPECT_FALSE(opens(file("a"), 1));
  std::rotate(bytes.begin(), bytes.begin() + kSlotBytes, bytes.end());
  EXPECT_TRUE(opens(file("a"), 0));
  EXPECT_FALSE(opens(file("a", 1, 2), 0));  // of another file
  EXPECT_FALSE(opens(file("a", 2, 1), 0));  // of another node
  EXPECT_FALSE(opens(file("a"), 0, 100));   // of another length
}

TEST_F(BlockFileTest, ATornBlockDoesNotOpen) {
  ASSERT_TRUE(file("a").write(0, test::noise(kBlockBytes, 4), random_));
  folder_.contents("a").resize(kSlotBytes - 1);
  EXPECT_FALSE(opens(file("a"), 0));
}

}  // namespace
}  // namespace status::storage
