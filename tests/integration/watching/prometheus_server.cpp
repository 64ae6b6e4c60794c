#include "tests/integration/watching/prometheus_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <regex>

#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "tests/support/patience.h"

namespace status::test {
namespace {

const std::string kFolder = std::string(STATUS_SOURCE_DIR) + "/deploy/prometheus";

std::uint16_t free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin_port);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", c);
    out += std::isalnum(c) != 0 ? std::string(1, static_cast<char>(c)) : hex;
  }
  return out;
}

const Value::Array& list_of(const Value& reply, const char* name) {
  static const Value::Array kNone;
  const Value* data = reply.find("data");
  const Value* list = data == nullptr ? nullptr : data->find(name);
  return list == nullptr || list->as_array() == nullptr ? kNone : *list->as_array();
}

}  // namespace

PrometheusServer::PrometheusServer(const std::string& target, const std::vector<std::string>& more)
    : port_(free_port()) {
  // What is committed, but for where and how often.
  std::string text = read_file(kFolder + "/prometheus.yml");
  text = std::regex_replace(text, std::regex("127\\.0\\.0\\.1:9464"), target);
  text = std::regex_replace(text, std::regex("_interval: 5s"), "_interval: 1s");
  for (const char* rules : {"recording.yml", "alerts.yml"}) {
    text = std::regex_replace(text, std::regex(std::string("- ") + rules), "- " + kFolder + "/" + rules);
  }
  std::string job = "- job_name: status\n";
  for (const std::string& line : more) job += "    " + line + "\n";
  text = std::regex_replace(text, std::regex("- job_name: status\n"), job);
  std::ofstream(dir_ / "prometheus.yml") << text;
  server_ = std::make_unique<ChildProcess>(std::vector<std::string>{
      "/usr/bin/env", "prometheus", "--config.file=" + (dir_ / "prometheus.yml"),
      "--storage.tsdb.path=" + (dir_ / "data"), "--web.listen-address=127.0.0.1:" + std::to_string(port_)});
  EXPECT_TRUE(server_->wait_for_line("Server is ready to receive web requests", kPatience)) << server_->output();
}

Value PrometheusServer::get(const std::string& path) const {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return {};
  }
  std::string reply;
  char chunk[4096];
  for (ssize_t got = 0; (got = ::recv(socket.get(), chunk, sizeof chunk, 0)) > 0;) {
    reply.append(chunk, static_cast<std::size_t>(got));
  }
  const std::size_t body = reply.find("\r\n\r\n");
  return body == std::string::npos ? Value() : parse_json(reply.substr(body + 4)).value_or(Value());
}

Value::Array PrometheusServer::query(const std::string& expression) const {
  const Value reply = get("/api/v1/query?query=" + escaped(expression));
  EXPECT_EQ(reply.string_or("status", ""), "success") << to_json(reply);
  return list_of(reply, "result");
}

Value::Array PrometheusServer::alerts() const { return list_of(get("/api/v1/alerts"), "alerts"); }

}  // namespace status::test
