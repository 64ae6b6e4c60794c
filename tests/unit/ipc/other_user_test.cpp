// TRANSPORT.md section 1, trap 9: a peer of another user is refused, whatever the file modes are. Needs root.
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/child_process.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(NngPathTraps, Trap9APeerOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const SocketDir dir;
  Server server(server_options(dir), std::make_shared<OpenAccess>());
  std::atomic<int> served{0};
  server.handle("echo.say", Run::worker, [&](Call call) {
    ++served;
    call.reply(call.params());
  });
  ASSERT_TRUE(server.listen());
  // As if an operator had opened both.
  std::filesystem::permissions(std::filesystem::path(dir.socket()).parent_path(), std::filesystem::perms(0755));
  std::filesystem::permissions(dir.socket(), std::filesystem::perms(0666));
  // The build folder may be closed to the other user.
  const std::string peer = std::filesystem::path(dir.socket()).parent_path() / "peer";
  std::filesystem::copy_file(STATUS_IPC_PEER, peer);
  std::filesystem::permissions(peer, std::filesystem::perms(0755));

  test::ChildProcess mine({peer, "call", dir.url()});
  EXPECT_TRUE(mine.wait_for_line("answer", 10s)) << mine.output();
  test::ChildProcess theirs(
      {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", peer, "call", dir.url()});
  const auto line = theirs.wait_for_line("", 10s);
  ASSERT_TRUE(line) << theirs.output();
  EXPECT_TRUE(*line == "ipc.connection_lost" || *line == "ipc.not_connected") << *line;
  EXPECT_EQ(served, 1);
  EXPECT_TRUE(open_client(dir.url())->call_and_wait(request("echo.say")));
}

}  // namespace
}  // namespace status::ipc
