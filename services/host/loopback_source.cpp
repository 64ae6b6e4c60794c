#include "services/host/loopback_source.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "ipc/base/tcp_address.h"
#include "ipc/base/words.h"

namespace status::host {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::uint32_t kMaxHeader = 8 << 10;
constexpr std::size_t kMaxRead = 64 << 10;  // at once

struct Page {
  tcp::endpoint endpoint;
  std::string host;  // as the request names it
  std::string path;
};

std::optional<Page> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::string_view host = url.substr(0, url.find('/'));
  const std::string_view path = url.substr(host.size());
  const std::optional<TcpAddress> address = parse_tcp_address(host);
  const bool is_path = path.find_first_of(" \t\r\n") == path.npos;
  if (!address || !is_numeric(address->host) || address->port == 0 || !is_path) return std::nullopt;
  ErrorCode error;
  const asio::ip::address at = asio::ip::make_address(address->host, error);
  if (error || !at.is_loopback()) return std::nullopt;
  return Page{{at, address->port}, std::string(host), path.empty() ? "/" : std::string(path)};
}

// One request and its answer, on the calling thread.
class Exchange {
 public:
  Exchange(const Page& page, const LoopbackOptions& options) : page_(page), options_(options) {
    request_ = {http::verb::get, page.path, 11};
    request_.set(http::field::host, page.host);
    request_.set(http::field::accept, "text/plain;version=0.0.4");
    request_.set(http::field::connection, "close");
    parser_.header_limit(kMaxHeader);
    parser_.body_limit(options.bytes);
  }

  Result<std::string> run() {
    stream_.expires_after(options_.timeout);
    stream_.async_connect(page_.endpoint, [this](const ErrorCode& error) {
      if (goes_on(error)) write();
    });
    io_.run();
    if (error_ == http::error::body_limit || error_ == http::error::header_limit) {
      return fail(Code::resource_exhausted, "host.too_much_metrics",
                  where() + "has more than " + std::to_string(options_.bytes) + " bytes");
    }
    if (error_) return unavailable(error_.message());
    if (parser_.get().result() != http::status::ok) {
      return unavailable("it answers with " + std::to_string(parser_.get().result_int()));
    }
    return std::move(parser_.get().body());
  }

 private:
  void write() {
    http::async_write(stream_, request_, [this](const ErrorCode& error, std::size_t) {
      if (goes_on(error)) read();
    });
  }
  // The header alone at first: Beast 1.74 forgets that a Content-Length is over the limit when the body has come with it.
  void read() {
    http::async_read_header(stream_, buffer_, parser_, [this](const ErrorCode& error, std::size_t) {
      if (goes_on(error)) read_body();
    });
  }
  void read_body() {
    http::async_read(stream_, buffer_, parser_, [this](const ErrorCode& error, std::size_t) { goes_on(error); });
  }
  bool goes_on(const ErrorCode& error) {
    error_ = error;
    return !error;
  }
  std::string where() const { return "metrics at " + in_quotes(page_.host + page_.path) + ": "; }
  tl::unexpected<Error> unavailable(const std::string& why) const {
    return fail(Code::unavailable, "host.no_metrics", where() + why);
  }

  const Page& page_;
  const LoopbackOptions& options_;
  asio::io_context io_;
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_{kMaxRead};
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  ErrorCode error_;
};

}  // namespace

Result<MetricsSource> loopback_source(const std::string& url, const LoopbackOptions& options) {
  const std::optional<Page> page = parse_url(url);
  if (!page) {
    return fail(Code::invalid_argument, "host.bad_metrics_url",
                in_quotes(url) + " is no page of this machine; it must be http://127.0.0.1:PORT/PATH");
  }
  return MetricsSource([page = *page, options] { return Exchange(page, options).run(); });
}

}  // namespace status::host
