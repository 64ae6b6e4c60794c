#include "tests/support/http_server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <thread>

namespace status::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

HttpAsked asked_of(const http::request<http::string_body>& request) {
  const std::string target(request.target());
  HttpAsked out{std::string(request.method_string()), target.substr(0, target.find('?')), {}, request.body()};
  std::size_t at = target.find('?');
  while (at != std::string::npos) {
    const std::size_t end = target.find('&', at + 1);
    const std::string pair = target.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos) out.query[pair.substr(0, equals)] = percent_decode(pair.substr(equals + 1));
    at = end;
  }
  return out;
}

asio::awaitable<void> serve(tcp::socket socket, const HttpServer::Handler& handler) {
  boost::beast::flat_buffer buffer;
  while (true) {
    ErrorCode error;
    http::request_parser<http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    co_await http::async_read(socket, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const HttpSaid said = handler(asked_of(parser.get()));
    if (said.cut) co_return;
    if (said.silent) continue;
    http::response<http::string_body> response(static_cast<http::status>(said.status), 11);
    response.set(http::field::content_type, "application/json");
    response.body() = said.body;
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

}  // namespace

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(text.data() + at + 1, text.data() + at + 3, byte, 16).ptr == text.data() + at + 3) {
      out += static_cast<char>(byte);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

struct HttpServer::Running {
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::thread thread;

  asio::awaitable<void> accept(const Handler& handler) {
    while (true) {
      ErrorCode error;
      tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      asio::co_spawn(io, serve(std::move(socket), handler), asio::detached);
    }
  }
};

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {}

HttpServer::~HttpServer() { stop(); }

bool HttpServer::start() {
  auto running = std::make_unique<Running>();
  ErrorCode error;
  const tcp::endpoint at(asio::ip::address_v4::loopback(), port_);
  running->acceptor.open(at.protocol(), error);
  if (!error) running->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) running->acceptor.bind(at, error);
  if (!error) running->acceptor.listen(64, error);
  if (error) return false;
  port_ = running->acceptor.local_endpoint().port();
  running_ = std::move(running);
  asio::co_spawn(running_->io, running_->accept(handler_), asio::detached);
  running_->thread = std::thread([run = running_.get()] { run->io.run(); });
  return true;
}

void HttpServer::stop() {
  if (running_ == nullptr) return;
  running_->io.stop();
  running_->thread.join();
  running_.reset();
}

}  // namespace status::test
