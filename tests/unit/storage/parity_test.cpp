// Datasets with parity blocks: what is lost in the file is given back, and is on the disk again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using test::cid_of;
using test::noise;
using test::read_whole;
using test::upload_id;

constexpr GroupShape kShape{.data = 4, .parity = 2};
constexpr std::size_t kBlocks = 6;  // a whole group, and two of the next
constexpr std::size_t kBig = (kBlocks - 1) * kBlockBytes + 100;
constexpr std::size_t kSlots = kBlocks + 2 * kShape.parity;  // D D D D P P, D D P P

class Parity : public test::EmbeddedTest {
 protected:
  void SetUp() override {
    open();
    cid_ = must_put(1, data_, {.shape = kShape}).cid;
  }
  Bytes& file() { return folder_.contents(folder_.only_name()); }
  void damage(std::size_t slot) { file()[slot * kSlotBytes + 1'000] ^= 1U; }
  bool opens(std::uint64_t index) {
    auto opened = folder_.open(folder_.only_name());
    EXPECT_TRUE(opened);
    BlockFile blocks(std::move(*opened), store::test_key(9), file_id(), kShape);
    Bytes block(kBlockBytes);
    return blocks.read(index, data_in_block(kBig, index), block).value();
  }
  FileId file_id() {
    FileId id{};
    const auto bytes = from_hex(folder_.only_name());
    if (bytes) std::copy_n(bytes->begin(), id.size(), id.begin());
    return id;
  }

  const Bytes data_ = noise(kBig, 1);
  Cid cid_;
};

TEST_F(Parity, ChangesNoAddressAndCountsInTheQuota) {
  EXPECT_EQ(cid_, cid_of(data_));
  EXPECT_EQ(backend_->find(cid_)->shape, kShape);
  EXPECT_EQ(file().size(), kSlots * kSlotBytes);
  EXPECT_EQ(space().used_bytes, kSlots * kSlotBytes);
  open();
  EXPECT_EQ(space().used_bytes, kSlots * kSlotBytes);
  ASSERT_TRUE(backend_->remove(cid_, {}));
  EXPECT_EQ(space().used_bytes, 0U);
}

TEST_F(Parity, AnyTwoLostSlotsOfEveryGroupAreGivenBack) {
  const Bytes whole = file();
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = a + 1; b < 6; ++b) {
      file() = whole;
      damage(a);
      damage(b);
      damage(6 + a % 4);
      damage(6 + (a + 1 + b % 3) % 4);
      ASSERT_EQ(read_whole(*backend_, cid_).value(), data_) << a << " and " << b;
      for (std::uint64_t block = 0; block < kBlocks; ++block) ASSERT_TRUE(opens(block)) << block;
    }
  }
  EXPECT_EQ(backend_->counters().damaged_blocks, 0U);
  EXPECT_GT(backend_->counters().recovered_blocks, 15U);
}

TEST_F(Parity, AThirdLossIsDataLossForTheBlocksOfThatGroupAlone) {
  for (const std::size_t slot : {0U, 1U, 4U}) damage(slot);
  Bytes block(kBlockBytes);
  EXPECT_EQ(backend_->read(cid_, 0, block).error().reason, "storage.damaged_block");
  EXPECT_TRUE(backend_->read(cid_, 2 * kBlockBytes, block));
  EXPECT_TRUE(backend_->read(cid_, 5 * kBlockBytes, block));
}

TEST_F(Parity, AnUploadThatGoesOnHasTheParityOfAllItsGroups) {
  const PutWish wish{.owner = "", .filename = "n", .shape = kShape};
  for (const std::size_t blocks : {2U, 4U, 5U}) {
    ASSERT_TRUE(backend_->remove(cid_, {}));
    const auto id = upload_id(static_cast<std::uint8_t>(10 + blocks));
    ASSERT_TRUE(backend_->begin(id, wish));
    ASSERT_TRUE(backend_->write(id, "", 0, ByteView(data_).first(blocks * kBlockBytes + 7)));
    // The parity of the group did not come to the disk.
    if (blocks >= kShape.data) file().resize(kShape.data * kSlotBytes);
    open();
    cid_ = test::put(*backend_, id, data_, wish).value().cid;
    for (const std::size_t slot : {1U, 3U, 6U, 7U}) damage(slot);
    EXPECT_EQ(read_whole(*backend_, cid_).value(), data_) << blocks;
  }
}

TEST_F(Parity, IsAsThePutThatCameLastWantedIt) {
  EXPECT_EQ(must_put(2, data_).shape, GroupShape{});
  EXPECT_EQ(backend_->find(cid_)->shape, GroupShape{});
  EXPECT_EQ(space().used_bytes, slots_bytes(kBig));
  damage(0);
  EXPECT_FALSE(read_whole(*backend_, cid_));
}

TEST_F(Parity, WhatIsEvictedGivesItsParityBack) {
  options_.quota_bytes = kSlots * kSlotBytes;
  open();
  const Bytes other = noise(kSlots * kBlockBytes, 2);
  EXPECT_EQ(must_put(2, other).cid, cid_of(other));
  EXPECT_FALSE(has(cid_));
}

}  // namespace
}  // namespace status::storage
