#include "supervisor/gateway/http/endpoint.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <utility>

#include "ipc/tls/web_certificate.h"
#include "supervisor/gateway/http/session.h"
#include "supervisor/gateway/tcp_listener.h"

namespace status::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

Result<TcpAddress> parse_address(const std::string& listen) {
  std::optional<TcpAddress> address = parse_tcp_address(listen);
  if (address && address->host == "localhost") address->host = "127.0.0.1";
  if (address && is_numeric(address->host)) return *address;
  return fail(Code::invalid_argument, "gateway.bad_listen",
              "metrics.listen is `" + listen + "`; it must be address:port, such as 127.0.0.1:9464");
}

// By which it may be asked.
std::vector<std::string> names_of(const TcpAddress& bound, const std::vector<std::string>& allowed_hosts) {
  std::vector<std::string> out{"localhost", "127.0.0.1", "::1"};
  const bool is_one = bound.host != "0.0.0.0" && bound.host != "::";
  if (is_one && std::ranges::find(out, bound.host) == out.end()) out.push_back(bound.host);
  out.insert(out.end(), allowed_hosts.begin(), allowed_hosts.end());
  return out;
}

}  // namespace

struct HttpEndpoint::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(tcp::acceptor s, HttpSite answers, std::unique_ptr<tls::WebCertificate> shown,
           std::function<void(const Error&)> hears)
      : socket(std::move(s)), site(std::move(answers)), certificate(std::move(shown)), problem(std::move(hears)) {}

  void accept() {
    socket.async_accept([self = shared_from_this()](const boost::system::error_code& error, tcp::socket peer) {
      if (error == asio::error::operation_aborted) return;
      // Past the limit a connection is closed at once.
      if (!error && self->tickets.use_count() <= static_cast<long>(kMaxSessions)) {
        self->begin(PlainStream(std::move(peer)));
      }
      self->accept();
    });
  }

  void begin(PlainStream stream) {
    if (!certificate) return serve(std::move(stream));
    serve(TlsStream(std::move(stream), certificate->context(problem)));
  }
  template <class Stream>
  void serve(Stream stream) {
    std::make_shared<HttpSession<Stream>>(std::move(stream), site, tickets)->start();
  }

  tcp::acceptor socket;
  const HttpSite site;
  const std::unique_ptr<tls::WebCertificate> certificate;  // null: no TLS
  const std::function<void(const Error&)> problem;
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
  std::unique_ptr<tls::WebCertificate> certificate;
  if (!options.certificate.empty()) {
    auto opened = tls::WebCertificate::open(options.certificate, names_of(bound, options.allowed_hosts));
    if (!opened) return fail(opened.error());
    certificate = std::move(*opened);
  }
  self->acceptor_ =
      std::make_shared<Acceptor>(std::move(*socket), HttpSite{std::move(options.allowed_hosts), std::move(handler)},
                                 std::move(certificate), std::move(options.problem));
  office.post([acceptor = self->acceptor_] { acceptor->accept(); });
  return self;
}

HttpEndpoint::~HttpEndpoint() {
  boost::system::error_code ignored;
  acceptor_->socket.close(ignored);
}

}  // namespace status::gateway
