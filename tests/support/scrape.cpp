#include "tests/support/scrape.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <sstream>

#include "ipc/base/unique_fd.h"

namespace status::test {

std::uint16_t metrics_port(Node& node) {
  const Result<Value> hello = node.front().call("supervisor.hello");
  const std::string url = hello ? hello->string_or("metrics_url", "") : "";
  const std::size_t colon = url.rfind(':');
  return colon == std::string::npos ? 0 : static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

std::string fetch(std::uint16_t port, const std::string& path) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return {};
  }
  std::string out;
  char chunk[4096];
  for (ssize_t got = 0; (got = ::recv(socket.get(), chunk, sizeof(chunk), 0)) > 0;) {
    out.append(chunk, static_cast<std::size_t>(got));
  }
  return out;
}

std::string scrape(Node& node) { return fetch(metrics_port(node), "/metrics"); }

std::map<std::string, double> counters_of(const std::string& page) {
  std::map<std::string, double> out;
  std::istringstream lines(page);
  bool counts = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) counts = line.ends_with(" counter") || line.ends_with(" histogram");
    const std::size_t end = line.rfind(' ');
    if (counts && !line.starts_with('#') && end != std::string::npos) {
      out[line.substr(0, end)] = std::stod(line.substr(end + 1));
    }
  }
  return out;
}

}  // namespace status::test
