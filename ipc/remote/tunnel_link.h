// One connection through a tunnel: what the local client says goes to the node, what the node says comes back. Private
// to ipc/remote; the tunnel's thread only.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "ipc/base/error.h"
#include "ipc/base/tcp_address.h"
#include "ipc/remote/sp_frames.h"

namespace status::remote {

class TunnelLink : public std::enable_shared_from_this<TunnelLink> {
 public:
  using Local = boost::asio::local::stream_protocol;
  using Tcp = boost::asio::ip::tcp;
  // Nothing: the node greets. Else why it does not, or how the connection ended.
  using News = std::function<void(std::optional<Error>)>;

  TunnelLink(Local::socket local, boost::asio::ssl::context& tls, TcpAddress node, News news);

  void start();
  void close();

 private:
  using ErrorCode = boost::system::error_code;
  static constexpr std::size_t kChunk = 64 * 1024;

  void connect(const Tcp::resolver::results_type& found);
  void handshake();
  void exchange_greetings();
  // One direction, message by message; `head_in` bytes stand before one, `head_out` when it goes on.
  template <class From, class To>
  struct Pump;
  void trouble(Error error);
  // False, and closed, when the operation failed.
  bool goes_on(const ErrorCode& error, const char* doing);

  Local::socket local_;
  boost::asio::ssl::stream<Tcp::socket> node_;
  Tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  const TcpAddress address_;
  News news_;
  bool closed_ = false;
  bool greeted_ = false;
  Greeting ours_{};
  Greeting theirs_{};
};

}  // namespace status::remote
