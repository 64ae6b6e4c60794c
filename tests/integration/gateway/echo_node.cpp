#include "tests/integration/gateway/echo_node.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "ipc/base/unique_fd.h"

namespace status::test {
namespace {

std::vector<std::string> complete(std::vector<std::string> settings) {
  settings.insert(settings.begin(), "modules=[]");
  return without_backoff(std::move(settings));
}

}  // namespace

EchoNode::EchoNode(std::vector<std::string> settings) : node_({.settings = complete(std::move(settings))}) {
  for (const std::string name : {"echo_a", "echo_b"}) {
    write_file(node_.data_dir() + "/modules.d/" + name + "/module.toml",
               "name = \"" + name + "\"\nexecutable = \"" + binary("echo_module") +
                   "\"\ninterface = \"1.0\"\n[owner]\nteam = \"test\"\ncontact = \"test\"\n");
  }
  ::chmod(node_.data_dir().c_str(), 0700);
}

std::string scrape(EchoNode& node) {
  const Result<Value> hello = node->front().call("supervisor.hello");
  const std::string url = hello ? hello->string_or("metrics_url", "") : "";
  const std::size_t colon = url.rfind(':');
  if (colon == std::string::npos) return {};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
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

}  // namespace status::test
