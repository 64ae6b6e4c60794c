// One connection to an endpoint that is kept: POST after POST. For one thread, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "ipc/tls/traffic.h"
#include "services/chain/rpc/link.h"
#include "services/chain/rpc/url.h"

namespace status::chain::rpc {

// `chain.unreachable`: no name, no connection, a certificate that is not good, or an HTTP status that is no success.
class HttpLink final : public Link, public std::enable_shared_from_this<HttpLink> {
 public:
  // The io_context outlives it, `tls` its close(); that may be null for a URL without.
  HttpLink(boost::asio::io_context& io, Url url, boost::asio::ssl::context* tls, std::size_t max_answer,
           std::shared_ptr<tls::Traffic> traffic);

  // Connects where there is no connection; a kept one that turns out to be gone is made anew, once.
  void post(std::string body, MonotonicTime deadline, Done done) override;
  bool idle() const override { return !done_; }
  void close() override;

 private:
  using Tcp = boost::asio::ip::tcp;
  using ErrorCode = boost::system::error_code;
  using TlsStream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

  void begin();
  void resolve();
  void connect(const Tcp::resolver::results_type& found);
  void shake_hands();
  void write();
  void read();
  void read_body();
  void finish();
  void failed(const ErrorCode& error, const char* at);
  void answer(Result<std::string> result);
  template <class Use>
  void with_stream(Use use);

  const Url url_;
  boost::asio::ssl::context* const tls_;
  const std::size_t max_answer_;
  const std::shared_ptr<tls::Traffic> traffic_;
  Tcp::resolver resolver_;
  boost::beast::tcp_stream stream_;
  std::optional<TlsStream> secure_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request<boost::beast::http::string_body> request_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
  MonotonicTime deadline_;
  Done done_;
  bool connected_ = false;
  bool reused_ = false;  // the connection has served before
};

}  // namespace status::chain::rpc
