#include "ipc/control/module_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace status::ipc::control {
namespace {

// In a child, which it ends.
TEST(ModuleChannelDeathTest, AProcessWhoseNngHangsSaysSoAndDiesByAnAbort) {
  std::array<int, 2> line{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, line.data()), 0);
  EXPECT_EXIT(ModuleChannel(line[0]).abort_stuck("gateway"), ::testing::KilledBySignal(SIGABRT), "");
  ::close(line[0]);

  char heard[4'096];
  const ssize_t size = ::recv(line[1], heard, sizeof(heard), 0);
  ::close(line[1]);
  ASSERT_GT(size, 0);
  // Without the end of the line.
  const Result<FromModule> message = decode_from_module({heard, static_cast<std::size_t>(size) - 1});
  ASSERT_TRUE(message);
  const auto* fatal = std::get_if<Fatal>(&*message);
  ASSERT_NE(fatal, nullptr);
  EXPECT_EQ(fatal->reason, "gateway.nng_stuck");
}

}  // namespace
}  // namespace status::ipc::control
