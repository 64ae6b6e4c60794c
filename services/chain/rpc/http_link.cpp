#include "services/chain/rpc/http_link.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http.hpp>

#include "ipc/base/tcp_address.h"

namespace status::chain::rpc {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::uint32_t kMaxHeader = 32U << 10U;
constexpr int kHttp11 = 11;

}  // namespace

HttpLink::HttpLink(asio::io_context& io, Url url, asio::ssl::context* tls, std::size_t max_answer,
                   std::shared_ptr<tls::Traffic> traffic)
    : url_(std::move(url)),
      tls_(tls),
      max_answer_(max_answer),
      traffic_(std::move(traffic)),
      resolver_(io),
      stream_(io),
      request_(http::verb::post, url_.target, kHttp11) {
  const bool v6 = url_.host.find(':') != std::string::npos;
  request_.set(http::field::host, (v6 ? "[" + url_.host + "]" : url_.host) + ":" + url_.port);
  request_.set(http::field::content_type, "application/json");
  request_.set(http::field::accept, "application/json");
  request_.set(http::field::user_agent, "status-chain");
  if (!url_.authorization.empty()) request_.set(http::field::authorization, url_.authorization);
}

template <class Use>
void HttpLink::with_stream(Use use) {
  if (secure_) {
    use(*secure_);
  } else {
    use(stream_);
  }
}

void HttpLink::post(std::string body, MonotonicTime deadline, Done done) {
  done_ = std::move(done);
  deadline_ = deadline;
  request_.body() = std::move(body);
  request_.prepare_payload();
  begin();
}

void HttpLink::begin() {
  reused_ = connected_;
  connected_ ? write() : resolve();
}

void HttpLink::close() {
  resolver_.cancel();
  connected_ = false;
  stream_.close();
  if (done_) answer(fail(Code::unavailable, "chain.unreachable", "the module is stopping"));
}

void HttpLink::resolve() {
  // A numeric address must not wake the resolver: it costs a thread.
  auto flags = asio::ip::resolver_base::flags();
  if (is_numeric(url_.host)) flags = asio::ip::resolver_base::numeric_host | asio::ip::resolver_base::numeric_service;
  resolver_.async_resolve(
      url_.host, url_.port, flags,
      [self = shared_from_this()](const ErrorCode& error, const Tcp::resolver::results_type& found) {
        error ? self->failed(error, "resolve") : self->connect(found);
      });
}

void HttpLink::connect(const Tcp::resolver::results_type& found) {
  if (!done_) return;
  stream_.expires_at(deadline_);
  stream_.async_connect(found, [self = shared_from_this()](const ErrorCode& error, const Tcp::endpoint&) {
    if (error || !self->done_) return self->failed(error, "connect");
    ErrorCode ignored;
    self->stream_.socket().set_option(Tcp::no_delay(true), ignored);
    self->url_.tls ? self->shake_hands() : self->write();
  });
}

void HttpLink::shake_hands() {
  secure_.emplace(stream_, *tls_);
  secure_->set_verify_mode(asio::ssl::verify_peer);
  secure_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
  if (!is_numeric(url_.host)) SSL_set_tlsext_host_name(secure_->native_handle(), url_.host.c_str());
  secure_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const ErrorCode& error) {
    error ? self->failed(error, "TLS") : self->write();
  });
}

void HttpLink::write() {
  connected_ = true;
  stream_.expires_at(deadline_);
  with_stream([this](auto& stream) {
    http::async_write(stream, request_, [self = shared_from_this()](const ErrorCode& error, std::size_t size) {
      self->traffic_->sent += size;
      error ? self->failed(error, "send") : self->read();
    });
  });
}

// The header alone at first: Beast 1.74 forgets that a Content-Length is over the limit when the body has come with it.
void HttpLink::read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(max_answer_);
  with_stream([this](auto& stream) {
    http::async_read_header(stream, buffer_, *parser_,
                            [self = shared_from_this()](const ErrorCode& error, std::size_t size) {
                              self->traffic_->received += size;
                              error ? self->failed(error, "answer") : self->read_body();
                            });
  });
}

void HttpLink::read_body() {
  reused_ = false;  // it has begun to answer: a failure from here on is one
  with_stream([this](auto& stream) {
    http::async_read(stream, buffer_, *parser_, [self = shared_from_this()](const ErrorCode& error, std::size_t size) {
      self->traffic_->received += size;
      error ? self->failed(error, "answer") : self->finish();
    });
  });
}

void HttpLink::finish() {
  const auto& response = parser_->get();
  if (!parser_->keep_alive()) {
    connected_ = false;
    stream_.close();
    buffer_.clear();
  }
  if (response.result() == http::status::too_many_requests) {
    return answer(fail(Code::resource_exhausted, "chain.rate_limited", "it answers with 429: too many requests"));
  }
  if (http::to_status_class(response.result()) != http::status_class::successful) {
    return answer(fail(Code::unavailable, "chain.unreachable",
                       "it answers with HTTP status " + std::to_string(response.result_int())));
  }
  answer(std::move(parser_->get().body()));
}

void HttpLink::failed(const ErrorCode& error, const char* at) {
  const bool again = reused_ && done_ && error != beast::error::timeout;
  connected_ = false;
  secure_.reset();
  stream_.close();
  buffer_.clear();
  if (!done_) return;
  if (again) return begin();
  if (error == beast::error::timeout) {
    return answer(fail(Code::deadline_exceeded, "chain.slow", std::string(at) + " took too long"));
  }
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return answer(fail(Code::resource_exhausted, "chain.answer_too_large",
                       "its answer has more than " + std::to_string(max_answer_) + " bytes"));
  }
  answer(fail(Code::unavailable, "chain.unreachable", std::string(at) + ": " + error.message()));
}

void HttpLink::answer(Result<std::string> result) {
  const Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace status::chain::rpc
