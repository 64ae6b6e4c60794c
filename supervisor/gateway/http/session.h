// One connection of a client: requests one after another, each with its own time limit, or one event stream at the end.
// Office thread; private to gateway/http.
#pragma once

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "supervisor/gateway/http/call.h"
#include "supervisor/gateway/http/endpoint.h"
#include "supervisor/gateway/http/fields.h"
#include "supervisor/gateway/http/host.h"

namespace status::gateway {

// What all sessions of an endpoint share.
struct HttpSite {
  std::vector<std::string> allowed_hosts;
  HttpHandler handler;
};

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<PlainStream>;

// `Stream` is one of the two.
template <class Stream>
class HttpSession final : public HttpCall, public HttpStream, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  // The site outlives it; `ticket` says that it is there.
  HttpSession(Stream stream, const HttpSite& site, std::shared_ptr<void> ticket)
      : stream_(std::move(stream)), site_(site), ticket_(std::move(ticket)) {}

  // Once.
  void start() {
    if constexpr (kEncrypted) {
      set_limit();
      stream_.async_handshake(boost::asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const ErrorCode& error) {
                                if (!error) self->read();
                              });
    } else {
      read();
    }
  }

  const HttpRequest& request() const override { return request_; }

  void reply(HttpReply reply) override {
    reply_ = std::move(reply);
    response_ = make_response(parser_->get(), request_, reply_);
    set_limit();
    boost::beast::http::async_write(stream_, response_,
                                    [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
                                      if (!error && self->response_.keep_alive()) self->read();
                                    });
  }

  std::shared_ptr<HttpStream> open_stream() override {
    head_ = event_stream_head();
    return this->shared_from_this();
  }

  void write(std::shared_ptr<const std::string> text, std::function<void(bool)> written) override {
    set_limit();
    const std::array<boost::asio::const_buffer, 2> both = {boost::asio::buffer(head_), boost::asio::buffer(*text)};
    boost::asio::async_write(
        stream_, both,
        [self = this->shared_from_this(), text, written = std::move(written)](const ErrorCode& error, std::size_t) {
          self->head_.clear();
          written(!error);
        });
  }

 private:
  using ErrorCode = boost::beast::error_code;
  static constexpr bool kEncrypted = std::is_same_v<Stream, TlsStream>;

  void set_limit() { boost::beast::get_lowest_layer(stream_).expires_after(HttpEndpoint::kTimeout); }

  void read() {
    parser_.emplace();
    parser_->header_limit(HttpEndpoint::kMaxHeaderBytes);
    parser_->body_limit(HttpEndpoint::kMaxBodyBytes);
    set_limit();
    boost::beast::http::async_read(stream_, buffer_, *parser_,
                                   [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
                                     if (!error) return self->take();
                                     if (error == boost::beast::http::error::body_limit) self->refuse_body();
                                   });
  }

  void take() {
    const BeastRequest& request = parser_->get();
    const auto host = request[boost::beast::http::field::host];
    const auto method = request.method();
    request_ = read_request(parser_->get());
    request_.from_this_machine = is_on_this_machine();
    request_.encrypted = kEncrypted;
    using boost::beast::http::verb;
    // Only programs that are no browsers send none.
    if (!host.empty() && !is_allowed_host({host.data(), host.size()}, site_.allowed_hosts)) {
      reply({.status = 403, .body = "this name is not in metrics.allowed_hosts\n"});
    } else if (method != verb::get && method != verb::head && method != verb::post) {
      reply({.status = 405, .body = "only GET, HEAD and POST\n"});
    } else if (request_.post && !request_.from_own_pages) {
      reply({.status = 403, .body = "a page of another site may not send this\n"});
    } else {
      site_.handler(this->shared_from_this());
    }
  }

  bool is_on_this_machine() {
    ErrorCode error;
    const auto peer = boost::beast::get_lowest_layer(stream_).socket().remote_endpoint(error).address();
    if (error) return false;
    if (peer.is_v6() && peer.to_v6().is_v4_mapped()) {
      return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, peer.to_v6()).is_loopback();
    }
    return peer.is_loopback();
  }

  // What is left of such a request is not read.
  void refuse_body() {
    parser_->get().keep_alive(false);
    reply({.status = 413, .body = "the body is larger than 64 KiB\n"});
  }

  Stream stream_;
  const HttpSite& site_;
  std::shared_ptr<void> ticket_;
  boost::beast::flat_buffer buffer_{HttpEndpoint::kMaxHeaderBytes};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  HttpRequest request_;
  HttpReply reply_;  // of which `response_` is a view
  BeastResponse response_;
  std::string head_;  // of an event stream, until it is written
};

}  // namespace status::gateway
