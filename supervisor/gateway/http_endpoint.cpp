#include "supervisor/gateway/http_endpoint.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <optional>
#include <utility>

namespace status::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

Result<tcp::endpoint> parse_address(const std::string& listen) {
  const auto bad = [&] {
    return fail(Code::invalid_argument, "gateway.bad_listen",
                "metrics.listen is `" + listen + "`; it must be address:port, such as 127.0.0.1:9464");
  };
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return bad();
  std::string host = listen.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [parsed, problem] = std::from_chars(listen.data() + colon + 1, end, port);
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error || problem != std::errc() || parsed != end) return bad();
  return tcp::endpoint(address, port);
}

// One connection: requests one after another, each with its own time limit.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const HttpEndpoint::Handler& handler, std::shared_ptr<void> ticket)
      : stream_(std::move(socket)), handler_(handler), ticket_(std::move(ticket)) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(HttpEndpoint::kMaxHeaderBytes);
    parser_->body_limit(0);
    stream_.expires_after(HttpEndpoint::kTimeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                       if (!error) self->answer();
                     });
  }

 private:
  void answer() {
    const auto& request = parser_->get();
    const bool head = request.method() == http::verb::head;
    HttpReply reply;
    if (head || request.method() == http::verb::get) {
      const std::string_view target(request.target().data(), request.target().size());
      reply = handler_(target.substr(0, target.find('?')));
    } else {
      reply = {.status = 405, .body = "only GET and HEAD\n"};
    }
    response_ = {http::status(reply.status), request.version(), std::move(reply.body)};
    response_.set(http::field::content_type, reply.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    response_.keep_alive(request.keep_alive());
    const std::size_t length = response_.body().size();
    if (head) response_.body().clear();
    response_.content_length(length);
    write();
  }

  void write() {
    stream_.expires_after(HttpEndpoint::kTimeout);
    http::async_write(stream_, response_, [self = shared_from_this()](const beast::error_code& error, std::size_t) {
      if (!error && self->response_.keep_alive()) self->read();
    });
  }

  beast::tcp_stream stream_;
  const HttpEndpoint::Handler& handler_;
  std::shared_ptr<void> ticket_;
  beast::flat_buffer buffer_{HttpEndpoint::kMaxHeaderBytes};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct HttpEndpoint::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(asio::io_context& context, Handler h) : socket(context), handler(std::move(h)) {}

  Status bind(const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    // A gateway that follows another must not wait for its connections to be forgotten.
    if (!error) socket.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) socket.bind(endpoint, error);
    if (!error) socket.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return {};
    boost::system::error_code ignored;
    socket.close(ignored);
    std::string address = endpoint.address().to_string();
    address.append(":").append(std::to_string(endpoint.port()));
    if (error == asio::error::address_in_use) {
      return fail(Code::failed_precondition, "gateway.port_taken",
                  address + " is taken: set metrics.listen to another port, or to 127.0.0.1:0 for any");
    }
    return fail(errno_error(error.value(), "listen on " + address));
  }

  void accept() {
    socket.async_accept([self = shared_from_this()](const boost::system::error_code& error, tcp::socket peer) {
      if (error == asio::error::operation_aborted) return;
      // Past the limit a connection is closed at once.
      if (!error && self->tickets.use_count() <= static_cast<long>(kMaxSessions)) {
        std::make_shared<Session>(std::move(peer), self->handler, self->tickets)->read();
      }
      self->accept();
    });
  }

  tcp::acceptor socket;
  Handler handler;
  std::shared_ptr<int> tickets = std::make_shared<int>(0);  // held once by each session
};

Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::open(Office& office, const std::string& listen, std::uint16_t wish,
                                                         Handler handler) {
  Result<tcp::endpoint> endpoint = parse_address(listen);
  if (!endpoint) return fail(endpoint.error());
  auto acceptor = std::make_shared<Acceptor>(office.context(), std::move(handler));
  const bool wished = endpoint->port() == 0 && wish != 0 && acceptor->bind({endpoint->address(), wish}).has_value();
  if (!wished) {
    if (Status bound = acceptor->bind(*endpoint); !bound) return fail(bound.error());
  }
  std::unique_ptr<HttpEndpoint> self(new HttpEndpoint());
  self->acceptor_ = std::move(acceptor);
  const tcp::endpoint local = self->acceptor_->socket.local_endpoint();
  self->port_ = local.port();
  const std::string host = local.address().to_string();
  self->address_ = (local.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(local.port());
  office.post([acceptor = self->acceptor_] { acceptor->accept(); });
  return self;
}

HttpEndpoint::~HttpEndpoint() {
  boost::system::error_code ignored;
  acceptor_->socket.close(ignored);
}

}  // namespace status::gateway
