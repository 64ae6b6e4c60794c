// What the embedded backend promises while nothing fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/storage/embedded/embedded_backend.h"
#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using test::cid_of;
using test::noise;
using test::put;
using test::read_whole;
using test::upload_id;

constexpr std::size_t kBig = 5 * kBlockBytes + 4321;

class Embedded : public test::EmbeddedTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(Embedded, GivesBackWhatWasPut) {
  for (const std::size_t size : {std::size_t{1}, kBlockBytes - 1, kBlockBytes, kBlockBytes + 1, kBig}) {
    const Bytes data = noise(size, size);
    const PutWish wish{.filename = "f", .mimetype = "text/plain"};
    const Dataset stored = must_put(static_cast<std::uint8_t>(size % 251), data, wish);
    EXPECT_EQ(stored.cid, cid_of(data, wish));
    EXPECT_EQ(stored.manifest.dataset_bytes, size);
    EXPECT_EQ(read_whole(*backend_, stored.cid).value(), data);
    open();
    EXPECT_EQ(read_whole(*backend_, stored.cid, kBlockBytes).value(), data);
    EXPECT_EQ(backend_->find(stored.cid)->manifest, stored.manifest);
  }
}

TEST_F(Embedded, MakesTheAddressesOfTheVectors) {
  std::uint8_t number = 0;
  for (const Value& vector : test::items(test::vectors(), "made")) {
    const PutWish wish{.filename = test::text(vector, "filename"), .mimetype = test::text(vector, "mimetype")};
    EXPECT_EQ(must_put(++number, test::sample(test::number(vector, "bytes")), wish).cid.text(),
              test::text(vector, "cid"));
  }
}

TEST_F(Embedded, ReadsAnyRange) {
  const Bytes data = noise(kBig, 1);
  const Cid cid = must_put(1, data).cid;
  SeededRandom random(test::test_seed());
  for (int round = 0; round < 200; ++round) {
    const std::size_t from = random.next64() % (data.size() + 10);
    Bytes out(random.next64() % (3 * kBlockBytes));
    const std::size_t expected = from < data.size() ? std::min(out.size(), data.size() - from) : 0;
    ASSERT_EQ(backend_->read(cid, from, out).value(), expected) << from;
    ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(expected),
                           data.begin() + static_cast<std::ptrdiff_t>(std::min(from, data.size()))));
  }
}

TEST_F(Embedded, TakesChunksOfAnySize) {
  const Bytes data = noise(kBig, 2);
  SeededRandom random(test::test_seed());
  ASSERT_TRUE(backend_->begin(upload_id(1), {}));
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t size = std::min<std::size_t>(random.next64() % (2 * kBlockBytes), data.size() - at);
    at += size;
    ASSERT_EQ(backend_->write(upload_id(1), "", at - size, ByteView(data).subspan(at - size, size)).value(), at);
  }
  EXPECT_EQ(backend_->finish(upload_id(1), "", {})->cid, cid_of(data));
  EXPECT_EQ(read_whole(*backend_, cid_of(data)).value(), data);
}

TEST_F(Embedded, AnUploadGoesOnWhereTheProcessBeforeLeftIt) {
  const Bytes data = noise(kBig, 3);
  const PutWish wish{.owner = "me", .filename = "n", .mimetype = "", .bytes = data.size(), .pinned = true};
  ASSERT_EQ(backend_->begin(upload_id(1), wish)->offset, 0U);
  ASSERT_TRUE(backend_->write(upload_id(1), "me", 0, ByteView(data).first(3 * kBlockBytes + 100)));
  open();
  const auto there = backend_->upload(upload_id(1), "me");
  ASSERT_TRUE(there) << there.error().describe();
  EXPECT_EQ(there->offset, 3 * kBlockBytes);  // what did not fill a block is gone
  EXPECT_EQ(there->wish, wish);
  const Dataset stored = put(*backend_, upload_id(1), data, wish).value();
  EXPECT_EQ(stored.cid, cid_of(data, wish));
  EXPECT_TRUE(stored.pinned);
  EXPECT_EQ(read_whole(*backend_, stored.cid).value(), data);
  EXPECT_EQ(space().reserved_bytes, 0U);
}

TEST_F(Embedded, ARepeatedBeginOrFinishChangesNothing) {
  const Bytes data = noise(1000, 4);
  const Dataset stored = must_put(1, data);
  EXPECT_EQ(backend_->finish(upload_id(1), "", {})->cid, stored.cid);
  const auto again = backend_->begin(upload_id(1), {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->done, stored.cid);
  EXPECT_EQ(again->offset, data.size());
  EXPECT_EQ(backend_->begin(upload_id(1), {.filename = "other"}).error().reason, "storage.other_upload");
  EXPECT_EQ(space().datasets, 1U);
}

TEST_F(Embedded, APutOfWhatIsGoneSinceBeginsAnew) {
  const Bytes data = noise(1000, 4);
  const Cid cid = must_put(1, data).cid;
  ASSERT_TRUE(backend_->remove(cid, {}).value());
  EXPECT_EQ(backend_->begin(upload_id(1), {})->offset, 0U);
  EXPECT_EQ(must_put(1, data).cid, cid);
  EXPECT_EQ(read_whole(*backend_, cid).value(), data);
}

TEST_F(Embedded, RefusesWhatDoesNotFitTheUpload) {
  EXPECT_EQ(backend_->begin(upload_id(9), {.bytes = 0}).error().reason, "storage.empty");
  EXPECT_EQ(backend_->write(upload_id(1), "", 0, noise(1, 1)).error().reason, "storage.unknown_upload");
  ASSERT_TRUE(backend_->begin(upload_id(1), {.owner = "me", .bytes = 10}));
  EXPECT_EQ(backend_->write(upload_id(1), "you", 0, noise(1, 1)).error().reason, "storage.foreign_upload");
  EXPECT_EQ(backend_->finish(upload_id(1), "you", {}).error().code, Code::permission_denied);
  EXPECT_EQ(backend_->cancel(upload_id(1), "you", {}).error().code, Code::permission_denied);
  EXPECT_EQ(backend_->write(upload_id(1), "me", 5, noise(1, 1)).error().reason, "storage.wrong_offset");
  EXPECT_EQ(backend_->write(upload_id(1), "me", 0, noise(11, 1)).error().reason, "storage.too_much");
  EXPECT_EQ(backend_->finish(upload_id(1), "me", {}).error().reason, "storage.empty");
  ASSERT_TRUE(backend_->write(upload_id(1), "me", 0, noise(9, 1)));
  EXPECT_EQ(backend_->finish(upload_id(1), "me", {}).error().reason, "storage.incomplete");
  ASSERT_TRUE(backend_->write(upload_id(1), "me", 9, noise(1, 2)));
  EXPECT_TRUE(backend_->finish(upload_id(1), "me", {}));
}

TEST_F(Embedded, ACancelledUploadLeavesNothing) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {.bytes = kBig}));
  ASSERT_TRUE(backend_->write(upload_id(1), "", 0, noise(2 * kBlockBytes, 1)));
  EXPECT_EQ(space().reserved_bytes, slots_bytes(kBig));
  ASSERT_TRUE(backend_->cancel(upload_id(1), "", {}));
  EXPECT_EQ(folder_.size(), 0U);
  EXPECT_EQ(space().reserved_bytes, 0U);
  EXPECT_EQ(space().uploads, 0U);
  EXPECT_EQ(backend_->upload(upload_id(1), "").error().reason, "storage.unknown_upload");
}

TEST_F(Embedded, HoldsTheNumberOfUploads) {
  for (std::uint8_t i = 0; i < EmbeddedBackend::kMaxUploads; ++i) ASSERT_TRUE(backend_->begin(upload_id(i), {}));
  EXPECT_EQ(backend_->begin(upload_id(200), {}).error().reason, "storage.too_many_uploads");
  ASSERT_TRUE(backend_->cancel(upload_id(0), "", {}));
  EXPECT_TRUE(backend_->begin(upload_id(200), {}));
}

TEST_F(Embedded, TheSameBlocksUnderTwoNamesAreThereOnce) {
  const Bytes data = noise(kBig, 5);
  const Cid a = must_put(1, data, {.filename = "a"}).cid;
  const Cid b = must_put(2, data, {.filename = "b"}).cid;
  EXPECT_NE(a, b);
  EXPECT_EQ(folder_.size(), 1U);
  EXPECT_EQ(space().used_bytes, slots_bytes(kBig));
  EXPECT_TRUE(backend_->remove(a, {}).value());
  EXPECT_EQ(read_whole(*backend_, b).value(), data);
  EXPECT_TRUE(backend_->remove(b, {}).value());
  EXPECT_EQ(folder_.size(), 0U);
  EXPECT_EQ(space().used_bytes, 0U);
  EXPECT_FALSE(backend_->remove(b, {}).value());
  EXPECT_EQ(read_whole(*backend_, b).error().reason, "storage.unknown_cid");
}

TEST_F(Embedded, AFlippedBitIsDataLossForItsBlockAlone) {
  const Bytes data = noise(kBig, 6);
  const Cid cid = must_put(1, data).cid;
  folder_.contents(folder_.only_name())[2 * kSlotBytes + 1000] ^= 1U;
  Bytes out(kBlockBytes);
  for (std::uint64_t block = 0; block < block_count(kBig); ++block) {
    const auto read = backend_->read(cid, block * kBlockBytes, out);
    ASSERT_EQ(read.has_value(), block != 2) << block;
    if (read) continue;
    EXPECT_EQ(read.error().code, Code::data_loss);
    EXPECT_EQ(read.error().reason, "storage.damaged_block");
    EXPECT_EQ(read.error().details.uint_or("block", 99), 2U);
    EXPECT_EQ(read.error().details.string_or("cid", ""), cid.text());
  }
  EXPECT_EQ(backend_->counters().damaged_blocks, 1U);
  // Put once more, under the same name even, all of it is there again.
  must_put(1, data);
  EXPECT_EQ(read_whole(*backend_, cid).value(), data);
  EXPECT_EQ(folder_.size(), 1U);
}

TEST_F(Embedded, AMissingFileIsDataLossAndIsSaid) {
  const Cid cid = must_put(1, noise(kBig, 7)).cid;
  ASSERT_TRUE(folder_.remove(folder_.only_name()));
  open();
  EXPECT_EQ(read_whole(*backend_, cid).error().code, Code::data_loss);
  EXPECT_THAT(events_.notices, testing::ElementsAre(testing::HasSubstr("1 datasets are gone")));
  EXPECT_TRUE(backend_->remove(cid, {}).value());
}

TEST_F(Embedded, ListsInTheOrderOfTheirComing) {
  std::vector<Cid> cids;
  for (std::uint8_t i = 0; i < 5; ++i) cids.push_back(must_put(i, noise(10, 100 + i)).cid);
  std::vector<Cid> listed;
  std::uint64_t after = 0;
  for (int page = 0; page < 3; ++page) {
    const auto found = backend_->list(after, 2);
    for (const Dataset& dataset : *found) {
      listed.push_back(dataset.cid);
      after = dataset.position;
    }
  }
  EXPECT_EQ(listed, cids);
}

TEST_F(Embedded, OnlyAManifestsAddressNamesADataset) {
  EXPECT_EQ(backend_->find({Codec::root, {}}).error().code, Code::invalid_argument);
  EXPECT_EQ(backend_->find({Codec::manifest, {}}).error().code, Code::not_found);
}

}  // namespace
}  // namespace status::storage
