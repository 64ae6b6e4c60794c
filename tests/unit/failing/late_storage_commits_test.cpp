// Deaths at the commits that the storage module comes to only after minutes or days, or when a disk fails, and what the
// next process finds.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/fixtures/failing/failpoints.h"
#include "tests/unit/storage/embedded_fixture.h"

namespace status::failing {
namespace {

using namespace std::chrono_literals;
using storage::test::cid_of;
using storage::test::noise;
using storage::test::upload_id;
using testing::ExitedWithCode;

constexpr std::size_t kData = 2 * storage::kBlockBytes;

class LateStorageCommits : public storage::test::EmbeddedTest, public testing::WithParamInterface<Moment> {
 protected:
  void SetUp() override {
    watch(watched_.path());
    open();
  }
  bool committed() const { return GetParam() == Moment::after; }

  // A process that opens the store, does this and dies of it; then the next one.
  template <class Act>
  void die_at(const std::string& function, Act act) {
    close();
    std::ofstream(armed_folder(watched_.path()) + "/" +
                  point_name(GetParam(), "commit", "storage::EmbeddedBackend::" + function));
    EXPECT_EXIT(
        {
          open();
          act();
        },
        ExitedWithCode(kExitCode), "");
    open();
  }

  const Bytes data_ = noise(kData, 1);

 private:
  // Watched once in a process.
  static inline const store::TemporaryFolder watched_{std::filesystem::temp_directory_path()};
};

TEST_P(LateStorageCommits, WhatHasExpiredIsThereWholeOrNotAtAll) {
  const storage::Cid cid = must_put(1, data_).cid;
  clock_.advance(std::chrono::milliseconds(options_.ttl_ms) + 1ms);
  die_at("remove_expired", [&] { backend_->tick(); });
  EXPECT_EQ(has(cid), !committed());
  EXPECT_EQ(folder_.size(), committed() ? 0U : 1U);
  EXPECT_EQ(space().used_bytes, committed() ? 0U : storage::slots_bytes(kData));
}

TEST_P(LateStorageCommits, APutThatNobodyGoesOnWithIsForgottenWithItsFile) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {}));
  ASSERT_TRUE(backend_->write(upload_id(1), "", 0, data_));
  clock_.advance(std::chrono::milliseconds(storage::EmbeddedBackend::kIdleUploadMs) + 1ms);
  die_at("give_up_idle", [&] { backend_->tick(); });
  EXPECT_EQ(backend_->upload(upload_id(1), "").has_value(), !committed());
  EXPECT_EQ(folder_.size(), committed() ? 0U : 1U);
}

TEST_P(LateStorageCommits, APutThatIsGoneOnWithIsKept) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {}));
  ASSERT_TRUE(backend_->write(upload_id(1), "", 0, data_));
  clock_.advance(2min);
  die_at("write", [&] { static_cast<void>(backend_->write(upload_id(1), "", kData, noise(1, 2))); });
  EXPECT_EQ(backend_->upload(upload_id(1), "")->offset, kData);
  clock_.advance(std::chrono::milliseconds(storage::EmbeddedBackend::kIdleUploadMs) - 1min);
  backend_->tick();
  EXPECT_EQ(backend_->upload(upload_id(1), "").has_value(), committed()) << "its day counts from the last write";
}

TEST_P(LateStorageCommits, APutThatTheDiskRefusedIsForgottenOrMayBeFinished) {
  ASSERT_TRUE(backend_->begin(upload_id(1), {}));
  ASSERT_TRUE(backend_->write(upload_id(1), "", 0, data_));
  die_at("finish", [&] {
    ASSERT_TRUE(backend_->upload(upload_id(1), ""));
    folder_.fail_after(
        0, [] { return false; }, [] {});
    static_cast<void>(backend_->finish(upload_id(1), "", {}));
  });
  const auto done = backend_->finish(upload_id(1), "", {});
  if (committed()) {
    EXPECT_EQ(done.error().reason, "storage.unknown_upload");
    EXPECT_EQ(folder_.size(), 0U);
  } else {
    EXPECT_EQ(done->cid, cid_of(data_));
  }
}

TEST_P(LateStorageCommits, AfterDamageTheSamePutBringsTheBytesAgain) {
  const storage::Cid cid = must_put(1, data_).cid;
  folder_.contents(folder_.only_name())[100] ^= 1U;
  const auto read = [&] { return storage::test::read_whole(*backend_, cid); };
  die_at("met_damage", [&] { static_cast<void>(read()); });
  EXPECT_EQ(backend_->upload(upload_id(1), "").has_value(), !committed());
  EXPECT_EQ(read().error().reason, "storage.damaged_block");
  EXPECT_EQ(must_put(1, data_).cid, cid);
  EXPECT_EQ(read().value(), data_);
}

INSTANTIATE_TEST_SUITE_P(Sides, LateStorageCommits, testing::Values(Moment::before, Moment::after),
                         [](const auto& moment) { return moment.param == Moment::before ? "Before" : "After"; });

}  // namespace
}  // namespace status::failing
