#include "tests/unit/gateway/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace status::gateway {

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) socket.reset();
  return socket;
}

bool send_all(const UniqueFd& socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(socket.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

std::string read_until(const UniqueFd& socket, const std::string& part) {
  std::string out;
  char chunk[4096];
  while (part.empty() || out.find(part) == std::string::npos) {
    const ssize_t got = ::recv(socket.get(), chunk, sizeof(chunk), 0);
    if (got <= 0) break;
    out.append(chunk, static_cast<std::size_t>(got));
  }
  return out;
}

std::string exchange(std::uint16_t port, const std::string& request) {
  const UniqueFd socket = connect_to(port);
  if (!send_all(socket, request)) return {};
  return read_until(socket, "");
}

std::string body_of(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

}  // namespace status::gateway
