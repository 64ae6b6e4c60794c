#include "supervisor/gateway/http_endpoint.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

#include "supervisor/gateway/http_host.h"
#include "supervisor/gateway/tcp_listener.h"

namespace status::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

Result<TcpAddress> parse_address(const std::string& listen) {
  std::optional<TcpAddress> address = parse_tcp_address(listen);
  if (address && address->host == "localhost") address->host = "127.0.0.1";
  if (address && is_numeric(address->host)) return *address;
  return fail(Code::invalid_argument, "gateway.bad_listen",
              "metrics.listen is `" + listen + "`; it must be address:port, such as 127.0.0.1:9464");
}

struct Site {
  std::vector<std::string> allowed_hosts;
  HttpEndpoint::Handler handler;
};

// One connection: requests one after another, each with its own time limit.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Site& site, std::shared_ptr<void> ticket)
      : stream_(std::move(socket)), site_(site), ticket_(std::move(ticket)) {}

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
    const auto host = request[http::field::host];
    HttpReply reply;
    // Only programs that are no browsers send none.
    if (!host.empty() && !is_allowed_host({host.data(), host.size()}, site_.allowed_hosts)) {
      reply = {.status = 403, .body = "this name is not in metrics.allowed_hosts\n"};
    } else if (head || request.method() == http::verb::get) {
      const std::string_view target(request.target().data(), request.target().size());
      reply = site_.handler(target.substr(0, target.find('?')));
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
  const Site& site_;
  std::shared_ptr<void> ticket_;
  beast::flat_buffer buffer_{HttpEndpoint::kMaxHeaderBytes};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct HttpEndpoint::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(tcp::acceptor s, Site answers) : socket(std::move(s)), site(std::move(answers)) {}

  void accept() {
    socket.async_accept([self = shared_from_this()](const boost::system::error_code& error, tcp::socket peer) {
      if (error == asio::error::operation_aborted) return;
      // Past the limit a connection is closed at once.
      if (!error && self->tickets.use_count() <= static_cast<long>(kMaxSessions)) {
        std::make_shared<Session>(std::move(peer), self->site, self->tickets)->read();
      }
      self->accept();
    });
  }

  tcp::acceptor socket;
  const Site site;
  std::shared_ptr<int> tickets = std::make_shared<int>(0);  // held once by each session
};

Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::open(Office& office, Options options, Handler handler) {
  const Result<TcpAddress> wanted = parse_address(options.listen);
  if (!wanted) return fail(wanted.error());
  Result<tcp::acceptor> socket = listen_on(office.context(), *wanted, options.wish, "metrics.listen");
  if (!socket) return fail(std::move(socket.error()));
  std::unique_ptr<HttpEndpoint> self(new HttpEndpoint());
  const TcpAddress bound = address_of(*socket);
  self->address_ = to_text(bound);
  self->port_ = bound.port;
  self->acceptor_ =
      std::make_shared<Acceptor>(std::move(*socket), Site{std::move(options.allowed_hosts), std::move(handler)});
  office.post([acceptor = self->acceptor_] { acceptor->accept(); });
  return self;
}

HttpEndpoint::~HttpEndpoint() {
  boost::system::error_code ignored;
  acceptor_->socket.close(ignored);
}

}  // namespace status::gateway
