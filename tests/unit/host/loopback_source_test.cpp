#include "services/host/loopback_source.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "ipc/base/unique_fd.h"
#include "tests/support/patience.h"

namespace status::host {
namespace {

// Answers one request with the given bytes; without any it never answers.
class Node {
 public:
  explicit Node(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), plain, size) != 0 || ::listen(listener_.get(), 4) != 0 ||
        ::getsockname(listener_.get(), plain, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Node() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url(const std::string& path = "/metrics") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  // What it was asked; after the answer.
  const std::string& request() const { return request_; }

 private:
  void serve() {
    const UniqueFd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer.get() < 0) return;
    char chunk[4096];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(peer.get(), chunk, sizeof(chunk), 0);
      if (got <= 0) return;
      request_.append(chunk, static_cast<std::size_t>(got));
    }
    for (std::size_t sent = 0; sent < answer_.size();) {
      const ssize_t more = ::send(peer.get(), answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return;
      sent += static_cast<std::size_t>(more);
    }
    // Until the other end has had enough.
    if (answer_.empty()) (void)::recv(peer.get(), chunk, sizeof(chunk), 0);
  }

  const std::string answer_;
  UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  std::string request_;
  std::thread thread_;
};

Result<std::string> read(const std::string& url, const LoopbackOptions& options = {.timeout = test::kPatience}) {
  Result<MetricsSource> source = loopback_source(url, options);
  if (!source) return fail(source.error());
  return (*source)();
}

std::string answer(const std::string& head, const std::string& body) {
  return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(LoopbackSource, ReadsThePage) {
  std::string request;
  {
    const Node node(answer("200 OK", "a 1\n"));
    EXPECT_EQ(read(node.url("/metrics?x=1")).value_or("nothing"), "a 1\n");
    const Node without_length("HTTP/1.0 200 OK\r\n\r\nb 2\n");
    EXPECT_EQ(read(without_length.url("")).value_or("nothing"), "b 2\n") << "its end is the end of the connection";
    request = node.request();
  }
  EXPECT_TRUE(request.starts_with("GET /metrics?x=1 HTTP/1.1\r\n")) << request;
}

TEST(LoopbackSource, AnythingButAPageIsNone) {
  const Node moved("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const Node missing(answer("404 Not Found", "no"));
  const Node cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na 1");
  const Node nonsense("nonsense\r\n\r\n");
  for (const Node* node : {&moved, &missing, &cut, &nonsense}) {
    const auto page = read(node->url());
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().reason, "host.no_metrics");
  }
  std::string gone;
  {
    const Node node(answer("200 OK", ""));
    gone = node.url();
    (void)read(gone);
  }
  EXPECT_EQ(read(gone).error().reason, "host.no_metrics") << "nobody listens there any more";
}

TEST(LoopbackSource, IsBoundedInSizeAndTime) {
  const std::string large(5'000, 'x');
  for (const std::string& said : {answer("200 OK", large), "HTTP/1.0 200 OK\r\n\r\n" + large,
                                  "HTTP/1.1 200 OK\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n"}) {
    const Node node(said);
    const auto page = read(node.url(), {.timeout = test::kPatience, .bytes = 4'999});
    ASSERT_FALSE(page) << said.substr(0, 40);
    EXPECT_EQ(page.error().code, Code::resource_exhausted) << page.error().describe();
  }
  const Node silent("");
  EXPECT_EQ(read(silent.url(), {.timeout = std::chrono::milliseconds(1)}).error().reason, "host.no_metrics");
}

TEST(LoopbackSource, AsksThisMachineAlone) {
  for (const char* bad :
       {"", "127.0.0.1:80", "https://127.0.0.1:80/", "http://localhost:80/", "http://10.0.0.1:80/metrics",
        "http://0.0.0.0:80/", "http://[fe80::1]:80/", "http://127.0.0.1/", "http://127.0.0.1:0/",
        "http://user@127.0.0.1:80/", "http://127.0.0.1:80/a b", "http://127.0.0.1:80/\r\nHost: x"}) {
    const auto source = loopback_source(bad);
    ASSERT_FALSE(source) << bad;
    EXPECT_EQ(source.error().reason, "host.bad_metrics_url") << bad;
  }
  EXPECT_TRUE(loopback_source("http://[::1]:8008/metrics"));
  EXPECT_TRUE(loopback_source("http://127.1.2.3:8008"));
}

}  // namespace
}  // namespace status::host
