// The real folder: modes, names, and what is synced before a dataset is acknowledged.
#include "services/storage/embedded/system_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/sync_log.h"
#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using ::testing::ElementsAre;

class SystemDiskTest : public ::testing::Test {
 protected:
  store::TemporaryFolder place_;
  std::string folder_ = place_.file("blocks");
  std::unique_ptr<SystemDisk> disk_ = std::move(*SystemDisk::at(folder_));
};

TEST_F(SystemDiskTest, KeepsFilesForItsOwnerAlone) {
  auto file = disk_->create("a");
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write(3, as_bytes("text")));
  struct stat found {};
  ASSERT_EQ(::stat(folder_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat((folder_ + "/a").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_FALSE(disk_->create("a"));
  EXPECT_EQ(disk_->open("b").error().code, Code::not_found);
}

TEST_F(SystemDiskTest, ReadsCutsListsAndRemoves) {
  auto file = disk_->create("a");
  ASSERT_TRUE((*file)->write(3, as_bytes("text")));
  Bytes out(10);
  EXPECT_EQ((*file)->read(4, out).value(), 3U);
  EXPECT_EQ(as_text(ByteView(out).first(3)), "ext");
  ASSERT_TRUE((*file)->truncate(5));
  const auto listed = disk_->list();
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().name, "a");
  EXPECT_EQ(listed->front().bytes, 5U);
  ASSERT_TRUE(disk_->remove("a"));
  EXPECT_TRUE(disk_->remove("a"));
  EXPECT_TRUE(disk_->list()->empty());
  EXPECT_EQ((*file)->read(0, out).value(), 5U);  // who has it open reads on
}

TEST_F(SystemDiskTest, ALinkIsNotFollowed) {
  ASSERT_EQ(::symlink("/etc/passwd", (folder_ + "/a").c_str()), 0);
  EXPECT_FALSE(disk_->open("a"));
}

TEST_F(SystemDiskTest, SyncsTheBlocksAndTheirNameBeforeTheRow) {
  auto database = store::Database::open(store::test_key(), {.path = place_.file("s.db")});
  ASSERT_TRUE(store::migrate(**database, {catalogue::migration(1)}));
  test::EventLog events;
  SystemClock clock;
  SystemRandom random;
  auto backend = EmbeddedBackend::open({.database = **database,
                                        .disk = *disk_,
                                        .node_key = store::test_key(),
                                        .events = events,
                                        .clock = clock,
                                        .random = random});
  ASSERT_TRUE(backend->get()->begin(test::upload_id(1), {}));
  ASSERT_TRUE(backend->get()->write(test::upload_id(1), "", 0, test::noise(1000, 1)));
  ::status::test::take_synced();
  ASSERT_TRUE(backend->get()->finish(test::upload_id(1), "", {}));
  const std::string file = folder_ + "/" + disk_->list()->front().name;
  std::vector<std::string> synced = ::status::test::take_synced();
  ASSERT_GE(synced.size(), 3U);
  EXPECT_THAT(std::vector(synced.begin(), synced.begin() + 2), ElementsAre(file, folder_));
  EXPECT_THAT(synced[2], testing::HasSubstr("s.db"));
}

}  // namespace
}  // namespace status::storage
