#include "supervisor/gateway/http/endpoint.h"

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <utility>

#include "supervisor/gateway/http/session.h"
#include "supervisor/gateway/tcp_listener.h"

namespace status::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Session = HttpSession<boost::beast::tcp_stream>;

Result<TcpAddress> parse_address(const std::string& listen) {
  std::optional<TcpAddress> address = parse_tcp_address(listen);
  if (address && address->host == "localhost") address->host = "127.0.0.1";
  if (address && is_numeric(address->host)) return *address;
  return fail(Code::invalid_argument, "gateway.bad_listen",
              "metrics.listen is `" + listen + "`; it must be address:port, such as 127.0.0.1:9464");
}

}  // namespace

struct HttpEndpoint::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(tcp::acceptor s, HttpSite answers) : socket(std::move(s)), site(std::move(answers)) {}

  void accept() {
    socket.async_accept([self = shared_from_this()](const boost::system::error_code& error, tcp::socket peer) {
      if (error == asio::error::operation_aborted) return;
      // Past the limit a connection is closed at once.
      if (!error && self->tickets.use_count() <= static_cast<long>(kMaxSessions)) {
        std::make_shared<Session>(boost::beast::tcp_stream(std::move(peer)), self->site, self->tickets)->read();
      }
      self->accept();
    });
  }

  tcp::acceptor socket;
  const HttpSite site;
  std::shared_ptr<int> tickets = std::make_shared<int>(0);  // held once by each session
};

Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::open(Office& office, Options options, HttpHandler handler) {
  const Result<TcpAddress> wanted = parse_address(options.listen);
  if (!wanted) return fail(wanted.error());
  Result<tcp::acceptor> socket = listen_on(office.context(), *wanted, options.wish, "metrics.listen");
  if (!socket) return fail(std::move(socket.error()));
  std::unique_ptr<HttpEndpoint> self(new HttpEndpoint());
  const TcpAddress bound = address_of(*socket);
  self->address_ = to_text(bound);
  self->port_ = bound.port;
  self->acceptor_ =
      std::make_shared<Acceptor>(std::move(*socket), HttpSite{std::move(options.allowed_hosts), std::move(handler)});
  office.post([acceptor = self->acceptor_] { acceptor->accept(); });
  return self;
}

HttpEndpoint::~HttpEndpoint() {
  boost::system::error_code ignored;
  acceptor_->socket.close(ignored);
}

}  // namespace status::gateway
