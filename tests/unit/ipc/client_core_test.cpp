// What a client keeps behind its face.
#include "ipc/client/client_core.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ipc/base/unique_fd.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

Message message_with_deadline(std::uint32_t deadline_ms) {
  RequestHeader header;
  header.method = "echo.wait";
  header.deadline_ms = deadline_ms;
  Bytes prefix;
  append_request_prefix(header, prefix);
  return Message(prefix, encode_msgpack(Value(Value::Map{})));
}

// Whose clock was first does not matter: the server keeps the deadline as well.
Code code_of(const Result<Response>& answer) {
  if (!answer) return answer.error().code;
  return answer->error() ? answer->error()->code : Code{};
}

// Each earlier deadline left a timer behind that armed itself again for as long as any call was in flight.
TEST(ClientCoreTest, HasOneTimerForAllDeadlines) {
  const SocketDir dir;
  Latch latch;
  Server server(server_options(dir), std::make_shared<OpenAccess>());
  server.handle("echo.wait", Run::worker, [&](Call call) {
    latch.wait();
    call.reply(call.params());
  });
  ASSERT_TRUE(server.listen());
  const auto core = std::make_shared<ClientCore>(client_options(dir.url()), std::move(*Socket::request()), nullptr);
  ASSERT_TRUE(core->dial());
  ASSERT_TRUE(eventually([&] { return core->connected(); }));
  const auto start = [&](std::uint32_t deadline_ms) {
    auto answer = std::make_shared<std::promise<Result<Response>>>();
    auto future = answer->get_future();
    core->start(message_with_deadline(deadline_ms), deadline_ms, "echo.wait", {},
                [answer](Result<Response> response) { answer->set_value(std::move(response)); });
    return future;
  };
  auto slow = start(60'000);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(code_of(start(20).get()), Code::deadline_exceeded);
    EXPECT_LE(core->timers_waiting(), 1U);
  }
  latch.open();
  EXPECT_TRUE(slow.get());
  core->close();
}

// The socket of a client that had given up a call stays until the process ends.
TEST(ClientCoreTest, AClosedCoreDialsNoMore) {
  const SocketDir dir;
  Latch latch;
  auto server = std::make_unique<Server>(server_options(dir), std::make_shared<OpenAccess>());
  server->handle("echo.wait", Run::worker, [latch](Call) { latch.wait(); });
  ASSERT_TRUE(server->listen());
  auto core = std::make_shared<ClientCore>(client_options(dir.url()), std::move(*Socket::request()), nullptr);
  ASSERT_TRUE(core->dial());
  std::promise<Code> given_up;
  core->start(message_with_deadline(20), 20, "echo.wait", {},
              [&](const Result<Response>& response) { given_up.set_value(code_of(response)); });
  ASSERT_EQ(given_up.get_future().get(), Code::deadline_exceeded);
  core->close();
  core.reset();
  latch.open();
  server.reset();
  const UniqueFd next(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  dir.socket().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(next.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(next.get(), 1), 0);
  // It may do so a few times more, with even odds each (ipc/client/dialer.h).
  constexpr int kLongerThanItsPausesMs = 600;
  constexpr int kMost = 30;
  int dials = 0;
  for (pollfd ready{next.get(), POLLIN, 0}; dials < kMost && ::poll(&ready, 1, kLongerThanItsPausesMs) == 1; ++dials) {
    const UniqueFd turned_away(::accept4(next.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  EXPECT_LT(dials, kMost) << "it goes on dialling";
}

TEST(ClientCoreTest, AClosedCoreRefusesAndItsHandlesAreHarmless) {
  const SocketDir dir;
  auto core = std::make_shared<ClientCore>(ClientOptions{.url = dir.url(), .target = "echo"},
                                           std::move(*Socket::request()), nullptr);
  ASSERT_TRUE(core->dial());
  CallHandle handle = core->start(message_with_deadline(1'000), 1'000, "echo.wait", {},
                                  [](Result<Response> response) { EXPECT_EQ(response.error().code, Code::cancelled); });
  core->close();
  bool refused = false;
  core->start(message_with_deadline(1'000), 1'000, "echo.wait", {},
              [&](Result<Response> response) { refused = response.error().code == Code::cancelled; });
  EXPECT_TRUE(refused);
  handle.cancel();
  core.reset();
  handle.cancel();
}

}  // namespace
}  // namespace status::ipc
