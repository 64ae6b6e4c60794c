// What somebody has put where the node keeps its files, while it was down. The node does not start on it: it says what
// is wrong and how to mend it, and what the trap was to damage is as it was.
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include "tests/integration/attacks/attack.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PlantedPath : public testing::Test {
 protected:
  PlantedPath() {
    fs::create_directories(node_.data_dir());
    ::chmod(node_.data_dir().c_str(), 0700);
    write_file(precious_, "precious");
    ::chmod(elsewhere_.path().c_str(), 0755);
  }
  // That node ends with what is in its last line, and took nothing of what the trap leads to.
  void expect_refused(const std::string& why) {
    node_.start();
    const auto code = node_.statusd().wait(kPatience);
    ASSERT_TRUE(code);
    EXPECT_NE(*code, 0);
    EXPECT_THAT(node_.statusd().read_all(), HasSubstr(why));
    expect_untouched();
  }
  void expect_untouched() {
    EXPECT_EQ(read_file(precious_), "precious");
    struct stat info {};
    ASSERT_EQ(::stat(elsewhere_.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0755U);
    EXPECT_EQ(std::distance(fs::directory_iterator(elsewhere_.path()), {}), 1);
  }
  void expect_works() {
    node_.start();
    ASSERT_TRUE(node_.wait_for("gateway: starting → ready")) << node_.statusd().output();
    EXPECT_EQ(node_.stop(), 0);
    expect_untouched();
  }

  TempDir elsewhere_;
  const std::string precious_ = elsewhere_ / "precious";
  TestNode node_{{.settings = {"modules=[]", "metrics.listen=127.0.0.1:0", "restart.backoff_ms=0"}, .arguments = {}}};
};

TEST_F(PlantedPath, ASymlinkForTheRunDirectory) {
  fs::create_symlink(elsewhere_.path(), node_.path("run"));
  expect_refused(node_.path("run") + " is not a directory of its own; mend it with: rm " + node_.path("run"));
  ASSERT_TRUE(fs::remove(node_.path("run")));
  expect_works();
}

TEST_F(PlantedPath, ASymlinkForAModulesRunDirectoryOrItsData) {
  for (const char* place :
       {"run/gateway", "profiles", "profiles/default", "profiles/default/gateway", "state", "logs"}) {
    fs::remove_all(node_.path(place));
    fs::create_directories(fs::path(node_.path(place)).parent_path());
    fs::create_symlink(elsewhere_.path(), node_.path(place));
    expect_refused(node_.path(place) + " is not a directory of its own; mend it with: rm " + node_.path(place));
    fs::remove(node_.path(place));
  }
  expect_works();
}

TEST_F(PlantedPath, ADataDirectoryThatEverybodyMayWriteTo) {
  ::chmod(node_.data_dir().c_str(), 0777);
  expect_refused(node_.data_dir() + " can be written by others; mend it with: chmod 700 " + node_.data_dir());
  ::chmod(node_.data_dir().c_str(), 0700);
  expect_works();
}

// The token is written anew, and not into what a link leads to.
TEST_F(PlantedPath, ASymlinkForTheToken) {
  fs::create_directories(node_.path("run"));
  fs::create_symlink(precious_, node_.path("run/token"));
  expect_works();
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(node_.path("run/token"))));
}

TEST_F(PlantedPath, ASymlinkForTheFileThatTheTokenIsFirstWrittenTo) {
  fs::create_directories(node_.path("run"));
  fs::create_symlink(precious_, node_.path("run/token.new"));
  expect_works();
}

TEST_F(PlantedPath, ASymlinkForTheFrontDoor) {
  fs::create_directories(node_.path("run"));
  fs::create_symlink(precious_, node_.path("run/supervisor.sock"));
  expect_works();
}

// The gateway cannot have its address, and does not delete what is there.
class PlantedSocket : public PlantedPath {
 protected:
  void expect_no_gateway() {
    const std::string socket = node_.path("run/gateway/rpc.sock");
    node_.start();
    ASSERT_TRUE(node_.wait_for("gateway: starting → failed")) << node_.statusd().output();
    EXPECT_THAT(node_.statusd().output(), HasSubstr("exit 78")) << "another start would not mend it";
    EXPECT_EQ(node_.stop(), 0);
    EXPECT_THAT(read_file(node_.path("logs/gateway.log")),
                HasSubstr(socket + " exists and is not a socket: move it away, or choose another --run-dir"));
    expect_untouched();
    fs::remove(socket);
    expect_works();
  }
};

TEST_F(PlantedSocket, ASymlinkInItsPlace) {
  fs::create_directories(node_.path("run/gateway"));
  fs::create_symlink(precious_, node_.path("run/gateway/rpc.sock"));
  expect_no_gateway();
}

TEST_F(PlantedSocket, ARegularFileInItsPlace) {
  write_file(node_.path("run/gateway/rpc.sock"), "somebody's");
  expect_no_gateway();
}

}  // namespace
}  // namespace status::test
