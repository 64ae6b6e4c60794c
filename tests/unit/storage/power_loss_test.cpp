// The power fails at each step of a small history in turn, in the folder or in the database; then what was not synced
// is gone in part. What was acknowledged is there, what was not is there whole or not at all, and nothing is left over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/lossy_disk.h"
#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using test::cid_of;
using test::noise;
using test::put;
using test::read_whole;
using test::upload_id;

class PowerLoss : public test::EmbeddedTest {
 protected:
  // What somebody was told.
  struct Told {
    std::vector<std::size_t> stored;
    bool pinned = false;
    bool removed = false;
    bool resumable = false;
    bool all = false;
  };

  void SetUp() override {
    for (std::size_t i = 0; i < 3; ++i) data_.push_back(noise(2 * kBlockBytes + 100 * i, i + 1));
    data_.push_back(data_[0]);  // the same blocks under another name
  }
  PutWish wish(std::size_t i) const {
    return {.owner = "",
            .filename = i == 3 ? "again" : "",
            .mimetype = "",
            .pinned = i == 1,
            .shape = i == 2 ? GroupShape{2, 1} : GroupShape{}};
  }
  Cid cid(std::size_t i) const { return cid_of(data_[i], wish(i)); }

  Told history() {
    Told told;
    if (!try_open()) return told;
    for (std::size_t i = 0; i < data_.size(); ++i) {
      if (!put(*backend_, upload_id(static_cast<std::uint8_t>(i)), data_[i], wish(i))) return told;
      told.stored.push_back(i);
    }
    const auto pinned = backend_->pin(cid(2), true, {});
    if (!pinned) return told;
    told.pinned = true;
    if (!backend_->begin(upload_id(9), {.bytes = 4 * kBlockBytes})) return told;
    told.resumable = true;
    if (!backend_->write(upload_id(9), "", 0, noise(3 * kBlockBytes, 9))) return told;
    attempted_removal_ = true;
    if (!backend_->remove(cid(1), {})) return told;
    told.removed = true;
    told.all = true;
    return told;
  }

  void check(const Told& told) {
    std::size_t files = 0;
    std::set<Digest> trees;
    for (std::size_t i = 0; i < data_.size(); ++i) {
      const bool acknowledged = std::ranges::find(told.stored, i) != told.stored.end();
      const bool may_be_gone = i == 1 && attempted_removal_;
      const auto found = backend_->find(cid(i));
      ASSERT_TRUE(found || !acknowledged || may_be_gone) << i;
      ASSERT_FALSE(found && i == 1 && told.removed);
      if (!found) continue;
      const Result<Bytes> read = read_whole(*backend_, cid(i));
      ASSERT_TRUE(read) << i << " " << read.error().describe();
      ASSERT_EQ(*read, data_[i]);
      files += trees.insert(found->manifest.tree.digest).second;
    }
    ASSERT_TRUE(!told.pinned || backend_->find(cid(2))->pinned);
    // An upload goes on, with whatever of it is left.
    const auto upload = backend_->upload(upload_id(9), "");
    ASSERT_TRUE(upload || !told.resumable);
    if (upload) {
      const auto done = put(*backend_, upload_id(9), noise(4 * kBlockBytes, 9), upload->wish);
      ASSERT_TRUE(done) << done.error().describe();
      ASSERT_EQ(read_whole(*backend_, done->cid).value(), noise(4 * kBlockBytes, 9));
      ++files;
    }
    // Of uploads that are not finished there may be a file each, and of nothing else.
    ASSERT_GE(folder_.size(), files);
    ASSERT_LE(folder_.size(), files + space().uploads);
  }

  std::vector<Bytes> data_;
  bool attempted_removal_ = false;
};

TEST_F(PowerLoss, LosesNothingThatWasAcknowledgedAtAnyStep) {
  const std::uint64_t seed = test::test_seed();
  std::size_t failures = 0;
  for (const bool in_folder : {true, false}) {
    for (std::uint64_t step = 0;; ++step) {
      SCOPED_TRACE((in_folder ? "folder, step " : "database, step ") + std::to_string(step));
      store::TemporaryFolder place;
      ::status::test::LossyDisk disk;
      std::mt19937 dice(static_cast<std::mt19937::result_type>(seed + step));
      place_path_ = place.path();
      folder_ = test::LossyFolder();
      attempted_removal_ = false;
      open();  // a first start that failed leaves nothing to look at
      close();
      folder_.fail_after(
          in_folder ? step : UINT64_MAX, [&] { return disk.failed(); }, [&] { disk.fail_after(0); });
      disk.fail_after(in_folder ? UINT64_MAX : step);
      const Told told = history();
      const bool failed = disk.failed() || (in_folder && folder_.operations() > step);
      close();
      disk.lose(dice);
      folder_.lose(dice);
      open();
      if (!HasFatalFailure()) check(told);
      close();
      if (HasFatalFailure()) return;
      if (!failed) {
        ASSERT_TRUE(told.all);
        break;
      }
      ++failures;
    }
  }
  EXPECT_GT(failures, 50U);
}

}  // namespace
}  // namespace status::storage
