// What ipc/nng/process_shims.cpp changes for NNG, seen from outside. Its effect on listeners is tested with and without
// it in nng_listener_traps_test.cpp.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <future>

#include "ipc/base/unique_fd.h"
#include "ipc/nng/aio.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/unit/ipc/harness.h"

// An answer that meets the end of its pipe is lost by NNG: its own leak, and all that leaks here.
extern "C" const char* __lsan_default_suppressions() { return "leak:libnng"; }

namespace status::ipc {
namespace {

using namespace std::chrono_literals;
using namespace testing;

std::chrono::nanoseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

TEST(ProcessShims, ASocketThatIsNotConnectedYetIsReportedOnce) {
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  epoll_event event{};
  ASSERT_EQ(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, socket.get(), &event), 0);
  EXPECT_EQ(::epoll_wait(epoll.get(), &event, 1, 0), 1);
  EXPECT_EQ(::epoll_wait(epoll.get(), &event, 1, 0), 0);
}

// A library that a host has loaded, for example.
TEST(ProcessShims, WhoIsNotNngHasWhatTheCLibraryHas) {
  EXPECT_EQ(::sysconf(_SC_NPROCESSORS_ONLN), ::get_nprocs());
  int ends[2] = {};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd reader(ends[0]);
  ::close(ends[1]);
  char byte = 0;
  const iovec part{&byte, 1};
  EXPECT_EQ(::readv(reader.get(), &part, 1), 0) << "the end, and no error";
}

// Without the shim each of them costs half a millisecond and more
constexpr auto kLittle = test::kSanitized ? 450us : 250us;

TEST(ProcessShims, ATimeOutCostsNoProcessor) {
  Aio sleep;
  const auto before = processor_time();
  constexpr int kSleeps = 100;
  for (int i = 0; i < kSleeps; ++i) {
    nng_sleep_aio(3, sleep.get());
    sleep.wait();
  }
  EXPECT_LT((processor_time() - before) / kSleeps, kLittle);
}

// NNG wakes for the first in the millisecond in which the second is due.
TEST(ProcessShims, TwoTimeOutsOneAfterTheOtherCostNoProcessorEither) {
  Aio first;
  Aio second;
  const auto before = processor_time();
  constexpr int kSleeps = 100;
  for (int i = 0; i < kSleeps; ++i) {
    nng_sleep_aio(3, first.get());
    nng_sleep_aio(4, second.get());
    first.wait();
    second.wait();
  }
  EXPECT_LT((processor_time() - before) / (2 * kSleeps), kLittle);
}

class ProcessShimsServer : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
    ASSERT_TRUE(server_.listen());
    for (std::uint32_t id = 1; id <= 100; ++id) {
      const Bytes one = test::framed(test::request("echo.say", std::nullopt, id));
      requests_.insert(requests_.end(), one.begin(), one.end());
    }
  }
  // A client is served, and the reaper closes what it leaves.
  void expect_alive() {
    auto closed = std::async(std::launch::async, [&] {
      const auto client = open_client(dir_.url());
      return client->call_and_wait(request("echo.say")).has_value();
    });
    ASSERT_EQ(closed.wait_for(20s), std::future_status::ready);
    EXPECT_TRUE(closed.get());
  }

  SocketDir dir_;
  Server server_{server_options(dir_), std::make_shared<OpenAccess>()};
  Bytes requests_;
};

// A request of which only the beginning has been read, and an answer that nobody takes: without the shim a few of such
// peers stop NNG's reaper, and nothing can be closed any more.
TEST_F(ProcessShimsServer, PeersThatDieInTheMiddleOfTheirRequestsDoNotStopTheReaper) {
  constexpr int kPeers = 300;
  for (int i = 0; i < kPeers; ++i) {
    test::RawClient peer(dir_.socket());
    ASSERT_TRUE(peer.connected());
    peer.write(requests_);
    peer.answer(10s);
  }
  expect_alive();
}

TEST_F(ProcessShimsServer, APeerThatTakesNoAnswersAndGoesOnAskingIsHungUpOn) {
  test::RawClient peer(dir_.socket());
  ASSERT_TRUE(peer.connected());
  ASSERT_EQ(::shutdown(peer.descriptor(), SHUT_RD), 0);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (peer.write(requests_) == requests_.size() && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
  expect_alive();
}

}  // namespace
}  // namespace status::ipc
