// A small HTTP server for GET and HEAD of texts that are at hand: metrics and health, on a loopback address by default.
// Runs on the office's thread; private to the gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "supervisor/gateway/office.h"

namespace status::gateway {

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpEndpoint {
 public:
  static constexpr std::size_t kMaxSessions = 32;
  static constexpr std::chrono::seconds kTimeout{10};  // to read a request, to write an answer, between two
  static constexpr std::uint32_t kMaxHeaderBytes = 8'192;

  // The path is without its query. Runs on the office's thread.
  using Handler = std::function<HttpReply(std::string_view path)>;

  struct Options {
    std::string listen;                           // "127.0.0.1:9464", "[::1]:0"
    std::uint16_t wish = 0;                       // for port 0: tried first when it is not 0
    std::vector<std::string> allowed_hosts = {};  // names besides addresses and "localhost"; others are answered 403
  };

  // Errors: INVALID_ARGUMENT (`gateway.bad_listen`) for another form, FAILED_PRECONDITION (`gateway.port_taken`) with the
  // address and the key to change, system errors.
  static Result<std::unique_ptr<HttpEndpoint>> open(Office& office, Options options, Handler handler);
  // Only when the office is closed, or on its thread.
  ~HttpEndpoint();

  // As it is bound: "127.0.0.1:9464".
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }

 private:
  struct Acceptor;
  HttpEndpoint() = default;

  std::shared_ptr<Acceptor> acceptor_;
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace status::gateway
