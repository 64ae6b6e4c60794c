// Small files that are replaced as a whole, on a real file system, and what is left when that fails on the way.
#include "ipc/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tests/support/sync_log.h"
#include "tests/support/temp_dir.h"

namespace status {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FileTest : public testing::Test {
 protected:
  FileTest() {
    test::write_file(path_, "old");
    test::take_synced();
  }
  // All that there is beside the file.
  std::vector<std::string> beside() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(dir_.path())) {
      if (entry.path() != path_) out.push_back(entry.path().filename());
    }
    return out;
  }
  void expect_old() const {
    EXPECT_EQ(*read_file(path_), "old");
    EXPECT_THAT(beside(), IsEmpty());
  }

  const test::TempDir dir_;
  const std::string path_ = dir_ / "f";
};

// A disk with room for so many bytes of a file.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : before_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*before_handler_)(int);
};

TEST_F(FileTest, IsReplacedAsAWholeAndPrivate) {
  fs::permissions(path_, fs::perms::all);
  ASSERT_TRUE(replace_file(path_, "new", Durability::lazy));
  EXPECT_EQ(*read_file(path_), "new");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(beside(), IsEmpty());
  EXPECT_THAT(test::take_synced(), IsEmpty());
}

TEST_F(FileTest, IsOnTheDiskBeforeItHasTheNameAndThenItsNameIs) {
  ASSERT_TRUE(replace_file(path_, "new", Durability::synced));
  EXPECT_THAT(test::take_synced(), ElementsAre(path_ + ".new", dir_.path()));
}

TEST_F(FileTest, WhatACrashLeftBesideIsOverwritten) {
  test::write_file(path_ + ".new", std::string(10'000, 'x'));
  fs::permissions(path_ + ".new", fs::perms::all);
  ASSERT_TRUE(replace_file(path_, "new", Durability::synced));
  EXPECT_EQ(*read_file(path_), "new");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(beside(), IsEmpty());
}

TEST_F(FileTest, OnAFullDiskTheOldOneStaysAndNothingTakesRoom) {
  const std::string text(10'000, 'x');
  for (const rlim_t room : {0, 1, 9'999}) {
    const Status replaced = [&] {
      const FullDisk disk(room);
      return replace_file(path_, text, Durability::synced);
    }();
    ASSERT_FALSE(replaced);
    EXPECT_THAT(replaced.error().message, HasSubstr("write " + path_ + ".new"));
    expect_old();
  }
}

TEST_F(FileTest, WhatDoesNotReachTheDiskDoesNotGetTheName) {
  test::refuse_sync(0, EIO);
  const Status replaced = replace_file(path_, "new", Durability::synced);
  ASSERT_FALSE(replaced);
  EXPECT_THAT(replaced.error().message, HasSubstr("fsync " + path_ + ".new"));
  expect_old();
}

TEST_F(FileTest, ANameThatDoesNotReachTheDiskIsAnErrorThoughReadersSeeIt) {
  test::refuse_sync(1, EIO);
  const Status replaced = replace_file(path_, "new", Durability::synced);
  ASSERT_FALSE(replaced);
  EXPECT_THAT(replaced.error().message, HasSubstr("fsync " + dir_.path()));
  EXPECT_EQ(*read_file(path_), "new");
  EXPECT_THAT(beside(), IsEmpty());
}

TEST_F(FileTest, AFolderUnderThatNameOrNoFolderAtAllIsAnError) {
  fs::create_directories(dir_ / "folder/full");
  const Status taken = replace_file(dir_ / "folder", "new", Durability::lazy);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("rename to " + (dir_ / "folder")));
  EXPECT_FALSE(fs::exists(dir_ / "folder.new"));
  EXPECT_EQ(replace_file(dir_ / "none/f", "new", Durability::lazy).error().code, Code::not_found);
}

TEST_F(FileTest, ALinkBesideItLeadsNowhere) {
  const std::string victim = dir_ / "victim";
  test::write_file(victim, "mine");
  fs::create_symlink(victim, path_ + ".new");
  EXPECT_TRUE(replace_file(path_, "new", Durability::lazy));
  EXPECT_EQ(*read_file(victim), "mine");
  EXPECT_EQ(*read_file(path_), "new");
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path_)));
}

TEST_F(FileTest, IsReadUpToALimit) {
  EXPECT_EQ(*read_file(path_, 2), "ol");
  EXPECT_EQ(read_file(dir_ / "none").error().code, Code::not_found);
}

TEST(Folder, OfAPath) {
  EXPECT_EQ(folder_of("/a/b"), "/a");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("a"), ".");
}

}  // namespace
}  // namespace status
