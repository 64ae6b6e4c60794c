// A front end that asks and never reads its answers. NNG's own client always reads, so this one speaks the little of
// NNG's protocol that it needs.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <iostream>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "ipc/wire/envelope.h"
#include "tests/chaos/steadiness.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// "Not affected", on a loaded machine under a sanitizer.
constexpr auto kUnaffected = 1s;
constexpr int kRequests = 4'000;
constexpr std::size_t kLeastRequest = 60;  // bytes
constexpr double kMostForOneClientKib = 32 * 1'024;

class SilentClient {
 public:
  SilentClient(const std::string& path, const ipc::Credential& token) : token_(token) {
    socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return;
    // The SP greeting: a request socket (0x30) greets a reply socket (0x31).
    constexpr std::array<std::uint8_t, 8> kGreeting = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
    std::array<std::uint8_t, 8> theirs{};
    if (::write(socket_.get(), kGreeting.data(), kGreeting.size()) != 8) return;
    connected_ = ::recv(socket_.get(), theirs.data(), theirs.size(), MSG_WAITALL) == 8 && theirs[5] == 0x31;
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  }

  bool connected() const { return connected_; }

  // How many bytes of so many requests were taken: not all when nobody takes more for a while, or the connection is
  // closed.
  std::size_t ask(const std::string& method, int count) {
    Bytes all;
    for (int i = 0; i < count; ++i) {
      const Bytes one = frame(method);
      all.insert(all.end(), one.begin(), one.end());
    }
    return write(all);
  }

 private:
  Bytes frame(const std::string& method) {
    ipc::RequestHeader header;
    header.id = ++last_id_;
    header.method = method;
    header.deadline_ms = 60'000;
    header.credential = token_;
    Bytes body;
    for (int shift = 24; shift >= 0; shift -= 8) {
      body.push_back(static_cast<std::uint8_t>((last_id_ | 0x80000000U) >> shift));
    }
    ipc::append_request_prefix(header, body);
    body.push_back(0x80);  // no parameters
    Bytes out = {1};
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(std::uint64_t{body.size()} >> shift));
    }
    out.insert(out.end(), body.begin(), body.end());
    return out;
  }
  std::size_t write(const Bytes& bytes) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t wrote = ::send(socket_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (wrote > 0) {
        done += static_cast<std::size_t>(wrote);
        continue;
      }
      pollfd room{socket_.get(), POLLOUT, 0};
      if (errno != EAGAIN || ::poll(&room, 1, 200) != 1 || (room.revents & (POLLHUP | POLLERR)) != 0) return done;
    }
    return bytes.size();
  }

  const ipc::Credential token_;
  UniqueFd socket_;
  bool connected_ = false;
  std::uint32_t last_id_ = 0;
};

TEST(SilentClient, DoesNotAffectOthers) {
  ProcessNode node;
  ASSERT_OK(node.start());
  const auto gateway = static_cast<pid_t>(node.row("gateway")->pid);
  const double before_kib = chaos::anonymous_kib_of(gateway).value_or(0);
  SilentClient silent(node.data_dir() + "/run/supervisor.sock", node.token());
  ASSERT_TRUE(silent.connected());
  // Large answers fill what lies between, and then the places of the front door.
  const std::size_t taken = silent.ask("supervisor.describe", kRequests);
  std::cout << taken << " bytes of requests were taken\n";
  EXPECT_LT(taken, kRequests * kLeastRequest) << "it was never in anybody's way";
  Clock::duration worst{};
  for (int i = 0; i < 100; ++i) {
    const auto asked = Clock::now();
    const auto reply = node.front().call(i % 2 == 0 ? "chat.identity" : "supervisor.hello");
    ASSERT_OK(reply);
    worst = std::max(worst, Clock::now() - asked);
  }
  std::cout << "slowest call of another client: "
            << std::chrono::duration_cast<std::chrono::microseconds>(worst).count() << " us\n";
  EXPECT_LE(worst, kUnaffected);
  const double more_kib = chaos::anonymous_kib_of(gateway).value_or(1e9) - before_kib;
  std::cout << "anonymous memory of the gateway: " << before_kib << " KiB before, " << more_kib << " KiB more now\n";
  if (!kSanitized) {
    EXPECT_LE(more_kib, kMostForOneClientKib) << "what waits for a client that does not read is bounded";
  }
  const auto events = node.events().size();
  ASSERT_OK(node.restart("keys"));
  EXPECT_TRUE(node.events().wait_for_more(events, kPatience)) << "events still arrive";
  EXPECT_EQ(node.row("gateway")->generation, 1u) << "nobody had to restart the gateway";
}

}  // namespace
}  // namespace status::test
