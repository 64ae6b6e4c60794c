// What a service manager hears of a node, as systemd would.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <set>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

// The other end of NOTIFY_SOCKET. One thread.
class NotifySocket {
 public:
  explicit NotifySocket(std::string path)
      : path_(std::move(path)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int on = 1;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
  }

  const std::string& path() const { return path_; }
  // The next message, and who sent it; empty when the time is up.
  std::string next(pid_t& sender) {
    pollfd readable{socket_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(kPatience.count())) != 1) return {};
    char text[512];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
    iovec part{text, sizeof(text)};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    const ssize_t got = ::recvmsg(socket_.get(), &message, 0);
    if (got < 0 || CMSG_FIRSTHDR(&message) == nullptr) return {};
    ucred who{};
    std::memcpy(&who, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(who));
    sender = who.pid;
    return {text, static_cast<std::size_t>(got)};
  }
  // Up to the last of `wanted` that had to come, whose order is theirs; all are from that process.
  std::vector<std::string> until(std::set<std::string> wanted, pid_t from) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::vector<std::string> all;
    do {
      pid_t sender = 0;
      all.push_back(next(sender));
      EXPECT_EQ(sender, from) << all.back();
      wanted.erase(all.back());
    } while (!wanted.empty() && !all.back().empty() && std::chrono::steady_clock::now() < deadline);
    EXPECT_THAT(wanted, testing::IsEmpty()) << "heard: " << testing::PrintToString(all);
    return all;
  }

 private:
  std::string path_;
  UniqueFd socket_;
};

TEST(ServiceManager, HearsWhenTheFrontDoorAnswersThatTheLoopTurnsAndThatItStops) {
  const TempDir dir;
  NotifySocket socket(dir / "notify");
  ProcessNode node({.settings = {"modules=[\"keys\"]"},
                    .arguments = {},
                    .environment = {"NOTIFY_SOCKET=" + socket.path(), "WATCHDOG_USEC=400000"}});
  ASSERT_OK(node.start());
  const pid_t statusd = node.statusd().statusd().pid();
  const auto start = socket.until({"READY=1", "STATUS=2 of 2 modules answer"}, statusd);
  EXPECT_THAT(start, testing::Contains(testing::StartsWith("STATUS=0 of 2 modules answer")));
  EXPECT_THAT(start, testing::Not(testing::Contains("STOPPING=1")));
  socket.until({"WATCHDOG=1"}, statusd);
  socket.until({"WATCHDOG=1"}, statusd);

  ASSERT_OK(node.kill("gateway"));
  const auto again = socket.until({"STATUS=2 of 2 modules answer"}, statusd);
  EXPECT_THAT(again, testing::Not(testing::Contains("READY=1"))) << "a gateway that is restarted is no new start";
  const auto keys = node.process_of("keys");
  ASSERT_TRUE(keys);
  const std::string environment = read_file("/proc/" + std::to_string(keys->pid()) + "/environ");
  EXPECT_THAT(environment, testing::Not(testing::HasSubstr("NOTIFY_SOCKET"))) << "nobody speaks for statusd";

  EXPECT_OK(node.stop());
  socket.until({"STOPPING=1"}, statusd);
}

// When the one reload among these messages says that it has begun; 0: there is none, or more than one.
std::uint64_t reload_begun_usec(const std::vector<std::string>& messages) {
  constexpr std::string_view kWord = "RELOADING=1\nMONOTONIC_USEC=";
  std::vector<std::uint64_t> begun;
  for (const std::string& message : messages) {
    if (!message.starts_with(kWord)) continue;
    std::from_chars(message.data() + kWord.size(), message.data() + message.size(), begun.emplace_back(0));
  }
  return begun.size() == 1 ? begun.front() : 0;
}

TEST(ServiceManager, HearsThatAReloadBeginsAndThatTheFrontDoorAnswersAgain) {
  const TempDir dir;
  NotifySocket socket(dir / "notify");
  ProcessNode node(
      {.settings = {"modules=[\"keys\"]"}, .arguments = {}, .environment = {"NOTIFY_SOCKET=" + socket.path()}});
  ASSERT_OK(node.start());
  const ChildProcess& statusd = node.statusd().statusd();
  socket.until({"READY=1", "STATUS=2 of 2 modules answer"}, statusd.pid());

  write_file(node.data_dir() + "/node.toml", "[gateway]\nanother = 1\n");
  const std::uint64_t before = monotonic_ns() / 1'000;
  statusd.signal(SIGHUP);
  const auto reload = socket.until({"READY=1"}, statusd.pid());
  EXPECT_THAT(reload_begun_usec(reload), testing::AllOf(testing::Ge(before), testing::Le(monotonic_ns() / 1'000)));
  EXPECT_THAT(reload, testing::Contains(testing::HasSubstr("gateway is draining")));
  EXPECT_EQ(reload.at(reload.size() - 2), "STATUS=2 of 2 modules answer");

  write_file(node.data_dir() + "/node.toml", "nonsense = 1\n");
  statusd.signal(SIGHUP);
  const auto refused = socket.until({"READY=1"}, statusd.pid());
  EXPECT_EQ(refused.size(), 2U) << "what is wrong in the file changes nothing";
  EXPECT_GT(reload_begun_usec(refused), reload_begun_usec(reload));
  EXPECT_OK(node.stop());
}

TEST(ServiceManager, APettingThatIsForAnotherProcessIsNotDone) {
  const TempDir dir;
  NotifySocket socket(dir / "notify");
  NodeOptions options = TestNode::bare();
  options.environment = {"NOTIFY_SOCKET=" + socket.path(), "WATCHDOG_USEC=100000", "WATCHDOG_PID=1"};
  TestNode node(options);
  node.add_fake_module("a");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  EXPECT_EQ(node.stop(), 0);
  const auto all = socket.until({"STOPPING=1"}, node.statusd().pid());
  EXPECT_THAT(all, testing::Contains("READY=1")) << "also where there is no gateway";
  EXPECT_THAT(all, testing::Not(testing::Contains("WATCHDOG=1")));
}

}  // namespace
}  // namespace status::test
