// A small HTTP server: metrics, health and the dashboard, on a loopback address by default. Runs on the office's
// thread; private to the gateway.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "supervisor/gateway/http/call.h"
#include "supervisor/gateway/office.h"

namespace status::gateway {

class HttpEndpoint {
 public:
  static constexpr std::size_t kMaxSessions = 32;
  static constexpr std::chrono::seconds kTimeout{10};  // to read a request, to write an answer, between two
  static constexpr std::uint32_t kMaxHeaderBytes = 8'192;
  static constexpr std::uint64_t kMaxBodyBytes = 64 << 10;

  struct Options {
    std::string listen;                              // "127.0.0.1:9464", "[::1]:0"
    std::uint16_t wish = 0;                          // for port 0: tried first when it is not 0
    std::vector<std::string> allowed_hosts = {};     // names besides addresses and "localhost"; others are answered 403
    std::string certificate = {};                    // of tls::WebCertificate; empty: no TLS
    std::function<void(const Error&)> problem = {};  // hears of one that was replaced and cannot be used
  };

  // Errors: INVALID_ARGUMENT (`gateway.bad_listen`) for another form, FAILED_PRECONDITION (`gateway.port_taken`) with the
  // address and the key to change, those of tls::WebCertificate, system errors.
  static Result<std::unique_ptr<HttpEndpoint>> open(Office& office, Options options, HttpHandler handler);
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
