#include "services/waku/attach/http_client.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace status::waku::attach {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::uint32_t kMaxHeader = 16 << 10;

auto into(ErrorCode& error) { return asio::redirect_error(asio::use_awaitable, error); }

http::verb verb_of(Verb verb) {
  switch (verb) {
    case Verb::get:
      return http::verb::get;
    case Verb::post:
      return http::verb::post;
    case Verb::delete_:
      return http::verb::delete_;
  }
  return http::verb::get;
}

}  // namespace

struct HttpClient::Connection {
  Connection(asio::io_context& io, const TcpAddress& to, Milliseconds within, tls::Traffic& counted)
      : node(to), timeout(within), traffic(counted), resolver(io), stream(io) {}

  asio::awaitable<ErrorCode> connect();
  asio::awaitable<ErrorCode> exchange(const HttpRequest& request, HttpAnswer& answer);
  asio::awaitable<Result<HttpAnswer>> ask(HttpRequest request);
  void close();
  Error explain(const ErrorCode& error) const;

  const TcpAddress& node;
  const Milliseconds timeout;
  tls::Traffic& traffic;
  tcp::resolver resolver;
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  bool connected = false;
  bool answered = false;  // on this connection; one that never was has not been closed for being idle
  bool stopped = false;
};

asio::awaitable<ErrorCode> HttpClient::Connection::connect() {
  close();
  ErrorCode error;
  // Numeric addresses need no thread of the resolver.
  const asio::ip::address numeric = asio::ip::make_address(node.host, error);
  if (!error) {
    co_await stream.async_connect(tcp::endpoint(numeric, node.port), into(error));
  } else {
    error.clear();
    const tcp::resolver::results_type found =
        co_await resolver.async_resolve(node.host, std::to_string(node.port), into(error));
    if (!error) co_await stream.async_connect(found, into(error));
  }
  connected = !error;
  answered = false;
  if (!error) stream.socket().set_option(tcp::no_delay(true), error);
  co_return error;
}

asio::awaitable<ErrorCode> HttpClient::Connection::exchange(const HttpRequest& request, HttpAnswer& answer) {
  ErrorCode error;
  http::request<http::string_body> message(verb_of(request.verb), request.target, 11);
  message.set(http::field::host, to_text(node));
  message.set(http::field::accept, "application/json, text/plain");
  if (!request.body.empty()) message.set(http::field::content_type, "application/json");
  message.body() = request.body;
  message.prepare_payload();
  const std::size_t written = co_await http::async_write(stream, message, into(error));
  traffic.sent += written;
  if (error) co_return error;
  http::response_parser<http::string_body> parser;
  parser.header_limit(kMaxHeader);
  parser.body_limit(kMaxAnswer);
  // The header alone at first: Beast 1.74 forgets that a Content-Length is over the limit when the body has come with
  // it.
  std::size_t read = co_await http::async_read_header(stream, buffer, parser, into(error));
  if (!error) read += co_await http::async_read(stream, buffer, parser, into(error));
  traffic.received += read;
  if (error) co_return error;
  answered = true;
  answer.status = parser.get().result_int();
  answer.body = std::move(parser.get().body());
  if (!parser.get().keep_alive()) close();
  co_return error;
}

asio::awaitable<Result<HttpAnswer>> HttpClient::Connection::ask(HttpRequest request) {
  HttpAnswer answer;
  ErrorCode error;
  for (int attempt = 0; attempt < 2; ++attempt) {
    stream.expires_after(timeout);
    const bool reused = connected && answered;
    error.clear();
    if (stopped) error = asio::error::operation_aborted;
    if (!error && !connected) error = co_await connect();
    if (!error) error = co_await exchange(request, answer);
    if (!error) co_return std::move(answer);
    close();
    // A connection that was idle may have been closed by the node meanwhile.
    const bool stale = error != beast::error::timeout && error != asio::error::operation_aborted;
    if (!reused || !stale || !request.repeatable) break;
  }
  co_return fail(explain(error));
}

void HttpClient::Connection::close() {
  connected = false;
  buffer.consume(buffer.size());
  stream.close();
}

Error HttpClient::Connection::explain(const ErrorCode& error) const {
  const std::string where = "the node at http://" + to_text(node);
  if (error == http::error::body_limit || error == http::error::header_limit || error == http::error::buffer_overflow) {
    return make_error(Code::resource_exhausted, "waku.answer_too_large",
                      where + " answers with more than " + std::to_string(kMaxAnswer) + " bytes");
  }
  if (error == beast::error::timeout) {
    return make_retryable(Code::deadline_exceeded, "waku.node_silent",
                          where + " did not answer within " + std::to_string(timeout.count()) + " ms");
  }
  return make_retryable(Code::unavailable, "waku.node_unreachable",
                        where + ": " + error.message() + "; is it running, with its REST server on?");
}

HttpClient::HttpClient(asio::io_context& io, const TcpAddress& node, Milliseconds timeout, tls::Traffic& traffic)
    : connection_(std::make_unique<Connection>(io, node, timeout, traffic)) {}

HttpClient::~HttpClient() = default;

asio::awaitable<Result<HttpAnswer>> HttpClient::ask(HttpRequest request) {
  return connection_->ask(std::move(request));
}

void HttpClient::stop() {
  connection_->stopped = true;
  connection_->resolver.cancel();
  connection_->stream.close();
}

}  // namespace status::waku::attach
