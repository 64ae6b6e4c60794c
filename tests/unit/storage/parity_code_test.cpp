#include "services/storage/embedded/parity_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "ipc/base/random.h"
#include "tests/unit/storage/fixture.h"

namespace status::storage {
namespace {

constexpr std::size_t kLength = 4'096;

class Group {
 public:
  Group(GroupShape shape, unsigned filled, std::uint64_t seed) : shape_(shape), code_(shape) {
    SeededRandom random(seed);
    blocks_.assign(shape.data + shape.parity, Bytes(kLength));
    for (unsigned i = 0; i < filled; ++i) {
      random.fill(blocks_[i]);
      code_.add(i, blocks_[i], std::span(blocks_).subspan(shape.data));
    }
  }

  // With what is left when these are lost.
  Bytes recovered(unsigned place, const std::vector<bool>& lost) const {
    std::vector<ParityCode::Known> known;
    for (unsigned i = 0; i < blocks_.size(); ++i) {
      if (!lost[i]) known.push_back({i, blocks_[i]});
    }
    Bytes out(kLength);
    code_.recover(place, known, out);
    return out;
  }
  const Bytes& block(unsigned place) const { return blocks_[place]; }

 private:
  const GroupShape shape_;
  const ParityCode code_;
  std::vector<Bytes> blocks_;
};

TEST(ParityCode, SurvivesTheLossOfAnyThree) {
  constexpr GroupShape kShape{.data = 5, .parity = 3};
  const Group group(kShape, kShape.data, 1);
  std::vector<bool> lost(kShape.data + kShape.parity);
  std::fill(lost.end() - kShape.parity, lost.end(), true);
  std::size_t ways = 0;
  do {
    for (unsigned place = 0; place < kShape.data; ++place) {
      if (lost[place]) {
        ASSERT_EQ(group.recovered(place, lost), group.block(place));
      }
    }
    ++ways;
  } while (std::next_permutation(lost.begin(), lost.end()));
  EXPECT_EQ(ways, 56U);
}

TEST(ParityCode, TakesTheLargestGroupAndTheSmallest) {
  const std::uint64_t seed = test::test_seed();
  SeededRandom random(seed);
  for (const GroupShape shape : {GroupShape{1, 1}, GroupShape{1, 16}, GroupShape{64, 1}, GroupShape{64, 16}}) {
    const Group group(shape, shape.data, seed);
    for (int times = 0; times < 20; ++times) {
      std::vector<unsigned> order(shape.data + shape.parity);
      std::iota(order.begin(), order.end(), 0U);
      for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.next64() % (i + 1)]);
      std::vector<bool> lost(order.size());
      for (unsigned i = 0; i < shape.parity; ++i) lost[order[i]] = true;
      for (unsigned place = 0; place < shape.data; ++place) {
        ASSERT_EQ(group.recovered(place, lost), group.block(place)) << shape.data << "+" << shape.parity;
      }
    }
  }
}

TEST(ParityCode, WhatAGroupDoesNotHaveCountsAsZeroes) {
  constexpr GroupShape kShape{.data = 8, .parity = 2};
  const Group group(kShape, 3, 1);
  std::vector<bool> lost(kShape.data + kShape.parity);
  lost[0] = lost[2] = true;
  EXPECT_EQ(group.recovered(0, lost), group.block(0));
  EXPECT_EQ(group.recovered(2, lost), group.block(2));
}

}  // namespace
}  // namespace status::storage
