// Quota and time: what goes, what stays, and in which order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using test::noise;
using test::put;
using test::upload_id;
using namespace std::chrono_literals;

class Eviction : public test::EmbeddedTest {
 protected:
  static constexpr std::uint64_t kBlocks = 10;
  void SetUp() override {
    options_.quota_bytes = kBlocks * kSlotBytes;
    options_.ttl_ms = 60'000;
    open();
  }
  Cid put_blocks(std::uint8_t number, std::size_t blocks, bool pinned = false) {
    clock_.advance(1s);
    return must_put(number, noise(blocks * kBlockBytes, number), {.pinned = pinned}).cid;
  }
  Result<Dataset> try_put(std::uint8_t number, std::size_t blocks) {
    return put(*backend_, upload_id(number), noise(blocks * kBlockBytes, number));
  }
};

TEST_F(Eviction, WhatWasUsedLongestAgoGoesFirst) {
  const Cid a = put_blocks(1, 3);
  const Cid b = put_blocks(2, 3);
  const Cid c = put_blocks(3, 3);
  clock_.advance(1s);
  ASSERT_TRUE(backend_->touch(a));
  put_blocks(4, 4);
  EXPECT_TRUE(has(a));
  EXPECT_FALSE(has(b));
  EXPECT_TRUE(has(c));
  EXPECT_EQ(events_.removed, (std::map<Cid, Removal>{{b, Removal::evicted}}));
  EXPECT_EQ(folder_.size(), 3U);
  EXPECT_LE(space().used_bytes, options_.quota_bytes);
  EXPECT_EQ(backend_->counters().evicted, 1U);
}

TEST_F(Eviction, PinnedDataStaysAndIsNotEvenAskedFor) {
  const Cid pinned = put_blocks(1, 6, true);
  const Cid loose = put_blocks(2, 4);
  const auto refused = try_put(3, 5);  // 4 would be free at most
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_EQ(refused.error().reason, "storage.quota");
  EXPECT_TRUE(has(pinned));
  ASSERT_TRUE(backend_->cancel(upload_id(3), "", {}));
  put_blocks(4, 4);
  EXPECT_TRUE(has(pinned));
  EXPECT_FALSE(has(loose));
}

TEST_F(Eviction, NothingGoesInVain) {
  const Cid pinned = put_blocks(1, 6, true);
  const Cid loose = put_blocks(2, 4);
  EXPECT_EQ(backend_->begin(upload_id(3), {.bytes = 5 * kBlockBytes}).error().reason, "storage.quota");
  EXPECT_TRUE(has(loose));
  EXPECT_TRUE(has(pinned));
  EXPECT_EQ(space().reserved_bytes, 0U);
  EXPECT_EQ(folder_.size(), 2U);
}

TEST_F(Eviction, ATreeWithOnePinnedNameStays) {
  const Bytes data = noise(4 * kBlockBytes, 1);
  const Cid pinned = must_put(1, data, {.filename = "p", .pinned = true}).cid;
  const Cid loose = must_put(2, data, {.filename = "l"}).cid;
  EXPECT_FALSE(try_put(3, 7));
  EXPECT_TRUE(has(pinned));
  EXPECT_TRUE(has(loose));
}

TEST_F(Eviction, RoomThatWasAnnouncedIsKept) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {.bytes = 7 * kBlockBytes}));
  EXPECT_EQ(backend_->begin(upload_id(2), {.bytes = 4 * kBlockBytes}).error().reason, "storage.quota");
  const Bytes data = noise(7 * kBlockBytes, 1);
  ASSERT_TRUE(backend_->write(upload_id(1), "", 0, data));
  ASSERT_TRUE(backend_->finish(upload_id(1), "", {}));
  EXPECT_EQ(space().used_bytes, 7 * kSlotBytes);
  EXPECT_EQ(space().reserved_bytes, 0U);
}

TEST_F(Eviction, TheQuotaCountsWhatAnEarlierProcessStored) {
  const Cid pinned = put_blocks(1, 6, true);
  ASSERT_TRUE(backend_->begin(upload_id(2), {.bytes = 3 * kBlockBytes}));
  open();
  EXPECT_EQ(space().used_bytes, 6 * kSlotBytes);
  EXPECT_EQ(space().reserved_bytes, 3 * kSlotBytes);
  EXPECT_EQ(backend_->begin(upload_id(3), {.bytes = 2 * kBlockBytes}).error().reason, "storage.quota");
  EXPECT_TRUE(has(pinned));
}

TEST_F(Eviction, WhatIsNotPinnedExpires) {
  const Cid loose = put_blocks(1, 1);
  const Cid pinned = put_blocks(2, 1, true);
  clock_.advance(1s);
  const Cid brief = must_put(3, noise(5, 3), {.ttl_ms = 10'000}).cid;
  EXPECT_EQ(backend_->tick(), clock_.monotonic() + 10s);
  clock_.advance(11s);
  backend_->tick();
  EXPECT_FALSE(has(brief));
  EXPECT_TRUE(has(loose));
  clock_.advance(60s);
  backend_->tick();
  EXPECT_FALSE(has(loose));
  EXPECT_TRUE(has(pinned));
  EXPECT_EQ(events_.removed, (std::map<Cid, Removal>{{brief, Removal::expired}, {loose, Removal::expired}}));
  EXPECT_EQ(backend_->tick(), clock_.monotonic() + EmbeddedBackend::kLongestRest);
  EXPECT_EQ(folder_.size(), 1U);
}

TEST_F(Eviction, APinEndsAndBeginsTheTime) {
  const Cid cid = put_blocks(1, 1);
  ASSERT_TRUE(backend_->pin(cid, true, {}));
  clock_.advance(10min);
  backend_->tick();
  ASSERT_TRUE(has(cid));
  const auto unpinned = backend_->pin(cid, false, {});
  ASSERT_TRUE(unpinned);
  EXPECT_EQ(unpinned->expires_ms, clock_.unix_ms() + 60'000);
  clock_.advance(61s);
  backend_->tick();
  EXPECT_FALSE(has(cid));
  EXPECT_EQ(backend_->pin(cid, true, {}).error().code, Code::not_found);
}

TEST_F(Eviction, PuttingAgainUnpinnedDoesNotUnpin) {
  const Bytes data = noise(100, 1);
  const Cid cid = must_put(1, data, {.pinned = true}).cid;
  EXPECT_EQ(must_put(2, data).cid, cid);
  EXPECT_TRUE(backend_->find(cid)->pinned);
  EXPECT_FALSE(backend_->find(cid)->expires_ms);
}

TEST_F(Eviction, AnUploadThatNobodyGoesOnWithIsGivenUp) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {.bytes = 5}));
  must_put(2, noise(5, 2), {.pinned = true});
  clock_.advance(std::chrono::milliseconds(EmbeddedBackend::kIdleUploadMs - 1));
  backend_->tick();
  EXPECT_TRUE(backend_->upload(upload_id(1), ""));
  clock_.advance(2ms);
  backend_->tick();
  EXPECT_EQ(backend_->upload(upload_id(1), "").error().reason, "storage.unknown_upload");
  EXPECT_EQ(backend_->upload(upload_id(2), "").error().reason, "storage.unknown_upload");  // finished: forgotten too
  EXPECT_EQ(space().reserved_bytes, 0U);
  EXPECT_EQ(folder_.size(), 1U);
}

TEST_F(Eviction, AFullDiskIsSaidBeforeItIsFull) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {}));
  space_.free = 1000;
  clock_.advance(2s);
  const auto refused = backend_->write(upload_id(1), "", 0, noise(10, 1));
  EXPECT_EQ(refused.error().reason, "store.disk_full");
}

}  // namespace
}  // namespace status::storage
