// A client in a program without our shims, as a front end's may be: NNG's own dialer can give up for good.
#include "ipc/client/dialer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ipc/base/unique_fd.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

// Takes connections and closes each at once, as a server does that dies just then.
class DyingServer {
 public:
  explicit DyingServer(const SocketDir& dir) : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    dir.socket().copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(descriptor_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(descriptor_.get(), 1), 0);
  }
  // False when nobody came for that long.
  bool turn_away(std::chrono::milliseconds patience) {
    pollfd queue{descriptor_.get(), POLLIN, 0};
    if (::poll(&queue, 1, static_cast<int>(patience.count())) != 1) return false;
    const UniqueFd taken(::accept4(descriptor_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return true;
  }

 private:
  UniqueFd descriptor_;
};

// Longer than NNG's own pauses, shorter than a dialer is given.
constexpr auto kSilence = 600ms;
static_assert(kSilence < Dialer::kFirstPatience);

TEST(DialerTest, AClientFindsItsServerAlsoAfterNngHasGivenUp) {
  const SocketDir dir;
  auto dying = std::make_unique<DyingServer>(dir);
  const auto client = open_impatient_client(dir.url());
  int turned_away = 0;
  constexpr int kMost = 2'000;
  while (turned_away < kMost && dying->turn_away(kSilence)) ++turned_away;
  ASSERT_LT(turned_away, kMost) << "NNG has not given up: is this dialer needed with this NNG?";
  dying.reset();
  Server server(server_options(dir), std::make_shared<OpenAccess>());
  server.handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  ASSERT_TRUE(server.listen());
  EXPECT_TRUE(eventually([&] { return client->call_and_wait(request("echo.say")).has_value(); }));
}

// One that is left to itself is asked again and again, ever more seldom.
TEST(DialerTest, AClientWhoseServerIsLateFindsIt) {
  const SocketDir dir;
  const auto client = open_impatient_client(dir.url());
  const auto until = std::chrono::steady_clock::now() + Dialer::kFirstPatience * 3;
  while (std::chrono::steady_clock::now() < until) EXPECT_FALSE(client->call_and_wait(request("echo.say")));
  Server server(server_options(dir), std::make_shared<OpenAccess>());
  server.handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  ASSERT_TRUE(server.listen());
  EXPECT_TRUE(eventually([&] { return client->call_and_wait(request("echo.say")).has_value(); }));
}

}  // namespace
}  // namespace status::ipc
