// A small HTTP server for tests, on loopback: one handler answers all requests. Its thread is its own; it keeps its port
// when it is stopped and started again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace status::test {

struct HttpAsked {
  std::string method;
  std::string path;                          // not decoded
  std::map<std::string, std::string> query;  // decoded
  std::string body;
};

struct HttpSaid {
  unsigned status = 200;
  std::string body;
  bool cut = false;     // the connection is closed instead of an answer
  bool silent = false;  // nothing is answered at all
};

std::string percent_decode(std::string_view text);

class HttpServer {
 public:
  using Handler = std::function<HttpSaid(const HttpAsked&)>;

  // The handler is called on the server's thread, one request at a time.
  explicit HttpServer(Handler handler);
  ~HttpServer();

  // Any port at first. False when the port is taken meanwhile.
  bool start();
  // Closes all connections.
  void stop();
  std::uint16_t port() const { return port_; }

 private:
  struct Running;
  Handler handler_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Running> running_;
};

}  // namespace status::test
