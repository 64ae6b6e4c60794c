// One HTTP connection to the node: requests one after another, each with a deadline, an answer of bounded size. It is
// made again when it was lost. Backend's thread; private to the attach backend.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "ipc/base/result.h"
#include "ipc/base/tcp_address.h"
#include "ipc/tls/traffic.h"
#include "services/waku/attach/config.h"

namespace status::waku::attach {

namespace asio = boost::asio;

enum class Verb { get, post, delete_ };

struct HttpRequest {
  Verb verb = Verb::get;
  std::string target;  // path and query, encoded
  std::string body;    // JSON; empty: none
  // False where asking twice does harm: what the first answer brought would be gone.
  bool repeatable = true;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

class HttpClient {
 public:
  // What an answer may have: ten messages of the largest size there is, as base64.
  static constexpr std::size_t kMaxAnswer = 16 * 1024 * 1024;

  // They outlive the client.
  HttpClient(asio::io_context& io, const TcpAddress& node, Milliseconds timeout, tls::Traffic& traffic);
  ~HttpClient();

  // One at a time. Any status is an answer. Errors: UNAVAILABLE `waku.node_unreachable`; DEADLINE_EXCEEDED
  // `waku.node_silent`; RESOURCE_EXHAUSTED `waku.answer_too_large`.
  asio::awaitable<Result<HttpAnswer>> ask(HttpRequest request);

  // What is asked now, and from now on, fails at once.
  void stop();

 private:
  struct Connection;  // Beast stays in one file

  const std::unique_ptr<Connection> connection_;
};

}  // namespace status::waku::attach
