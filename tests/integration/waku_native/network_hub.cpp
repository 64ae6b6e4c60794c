#include "tests/integration/waku_native/network_hub.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "tests/support/patience.h"

namespace status::test {
namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = line.find('\t'); at != std::string::npos; at = line.find('\t', from)) {
    out.push_back(line.substr(from, at - from));
    from = at + 1;
  }
  out.push_back(line.substr(from));
  out.resize(4);
  return out;
}

}  // namespace

// Events are written by whoever causes them, answers by the hub's thread.
struct NetworkHub::Link {
  explicit Link(int descriptor) : socket(descriptor) {}

  void write_line(const std::string& line) {
    const std::lock_guard lock(mutex);
    for (std::size_t sent = 0; sent < line.size();) {
      const ssize_t part = ::send(socket.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (part <= 0) return;  // that library has ended
      sent += static_cast<std::size_t>(part);
    }
  }

  std::mutex mutex;
  const UniqueFd socket;
  std::string unread;
  std::uint64_t node = 0;
};

NetworkHub::NetworkHub()
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), any, &size) != 0) {
    throw std::runtime_error("the hub cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

NetworkHub::~NetworkHub() {
  const std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof(one)) < 0) std::terminate();
  thread_.join();
}

void NetworkHub::run() {
  for (;;) {
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& [descriptor, link] : links_) polled.push_back({descriptor, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    if (polled[1].revents != 0) accept_one();
    for (std::size_t i = 2; i < polled.size(); ++i) {
      if (polled[i].revents != 0) read_from(*links_.at(polled[i].fd));
    }
  }
}

void NetworkHub::accept_one() {
  const int descriptor = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  const auto link = std::make_shared<Link>(descriptor);
  link->node = network_.join([link](const std::string& listener, const std::string& json) {
    link->write_line("E\t" + listener + "\t" + json + "\n");
  });
  const std::lock_guard lock(mutex_);
  links_[descriptor] = link;
}

void NetworkHub::arm(const std::string& quirk) {
  const std::lock_guard lock(mutex_);
  for (const auto& [descriptor, link] : links_) link->write_line("Q\t" + quirk + "\n");
}

bool NetworkHub::wait_for_links(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (links_.size() == count) return true;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
}

void NetworkHub::read_from(Link& link) {
  char buffer[65'536];
  const ssize_t size = ::recv(link.socket.get(), buffer, sizeof(buffer), 0);
  if (size <= 0) {
    network_.leave(link.node);
    const std::lock_guard lock(mutex_);
    links_.erase(link.socket.get());
    return;
  }
  link.unread.append(buffer, static_cast<std::size_t>(size));
  std::size_t from = 0;
  for (std::size_t at = link.unread.find('\n'); at != std::string::npos; at = link.unread.find('\n', from)) {
    take_line(link, link.unread.substr(from, at - from));
    from = at + 1;
  }
  link.unread.erase(0, from);
}

void NetworkHub::take_line(Link& link, const std::string& line) {
  const std::vector<std::string> fields = fields_of(line);
  const WakuNetwork::Answer answer = network_.call(link.node, fields[1], fields[2], fields[3]);
  link.write_line("A\t" + fields[0] + "\t" + (answer.well ? "0" : "1") + "\t" + answer.text + "\n");
  for (const auto& event : answer.after) event();
}

}  // namespace status::test
