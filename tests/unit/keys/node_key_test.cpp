#include "services/features/keys/node_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/sync_log.h"

namespace status::keys {
namespace {

class NodeKeyTest : public ::testing::Test {
 protected:
  NodeKeyTest() : folder_(std::filesystem::temp_directory_path() / "keys.XXXXXX") {
    if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    path_ = folder_ + "/node.key";
  }
  ~NodeKeyTest() override { std::filesystem::remove_all(folder_); }
  NodeKeyTest(const NodeKeyTest&) = delete;
  NodeKeyTest& operator=(const NodeKeyTest&) = delete;

  Result<host::SecretBytes> load() { return load_or_create_node_key(path_, random_); }
  void write(const std::string& content, mode_t mode = 0600) {
    std::ofstream(path_, std::ios::binary) << content;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }

  std::string folder_;
  std::string path_;
  SystemRandom random_;
};

TEST_F(NodeKeyTest, MadeOnceAndReadAgain) {
  const auto made = load();
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->size(), 32U);
  const auto again = load();
  ASSERT_TRUE(again);
  EXPECT_TRUE(made->equals(again->view()));
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_EQ(info.st_nlink, 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside it";
}

TEST_F(NodeKeyTest, IsOnTheDiskWithItsName) {
  test::take_synced();
  ASSERT_TRUE(load());
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(path_, folder_));
  ASSERT_TRUE(load());
  EXPECT_TRUE(test::take_synced().empty());
}

TEST_F(NodeKeyTest, OneThatStatusdLeftEmptyIsOnTheDiskWithoutItsFolder) {
  write("");
  test::take_synced();
  ASSERT_TRUE(load());
  EXPECT_THAT(test::take_synced(), testing::ElementsAre(path_));
}

TEST_F(NodeKeyTest, AnEmptyOneIsFilledInPlace) {
  write("");
  struct stat before {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);
  const auto made = load();
  ASSERT_TRUE(made) << made.error().describe();
  struct stat after {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino) << "keys may make no file in that folder";
  EXPECT_EQ(after.st_size, 32);
  EXPECT_TRUE(load()->equals(made->view()));
}

TEST_F(NodeKeyTest, OneThatItsOwnerMadeReadOnlyIsRead) {
  write(std::string(32, 'k'), 0400);
  EXPECT_TRUE(load());
}

TEST_F(NodeKeyTest, MadeUnderAnyMask) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(load());
  ::umask(before);
  EXPECT_TRUE(load()) << "0600 whatever the umask";
}

TEST_F(NodeKeyTest, WideModeIsRefusedWithTheCommand) {
  write(std::string(32, 'k'), 0640);
  const auto refused = load();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::permission_denied);
  EXPECT_EQ(refused.error().reason, "keys.unsafe_node_key");
  EXPECT_NE(refused.error().message.find("chmod 600 " + path_), std::string::npos);
}

TEST_F(NodeKeyTest, OtherLengthsAreRefusedAndKept) {
  for (const std::size_t length : {1U, 31U, 33U}) {
    write(std::string(length, 'k'));
    const auto refused = load();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "keys.bad_node_key");
    EXPECT_NE(refused.error().message.find("has " + std::to_string(length) + " bytes"), std::string::npos);
    EXPECT_EQ(std::filesystem::file_size(path_), length);
  }
}

TEST_F(NodeKeyTest, ZeroesAreRefused) {
  write(std::string(32, '\0'));
  EXPECT_EQ(load().error().reason, "keys.bad_node_key");
}

TEST_F(NodeKeyTest, LinksAndFoldersAreRefused) {
  ASSERT_EQ(::symlink("/dev/urandom", path_.c_str()), 0);
  EXPECT_EQ(load().error().reason, "keys.unsafe_node_key");
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
  EXPECT_EQ(load().error().reason, "keys.unsafe_node_key");
}

TEST_F(NodeKeyTest, ErrorsNeverHoldTheKey) {
  write(std::string(31, 'k'));
  EXPECT_EQ(load().error().describe().find("kkkk"), std::string::npos);
}

TEST_F(NodeKeyTest, MissingFolderIsAnError) {
  path_ = folder_ + "/nowhere/node.key";
  EXPECT_EQ(load().error().code, Code::not_found);
}

}  // namespace
}  // namespace status::keys
