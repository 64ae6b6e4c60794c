// One TLS connection that carries frames (MESH.md). Knows lengths, not meanings. Private to the mesh backend; mesh
// thread only.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "services/waku/mesh/close_reason.h"
#include "services/waku/mesh/config.h"
#include "services/waku/mesh/peer_address.h"

namespace status::waku::mesh {

// The protocol of all links, by its ALPN name.
inline constexpr std::string_view kAlpn = "status-mesh/1";

// A frame is encoded once and shared by the queues of all links that it goes to.
using SharedFrame = std::shared_ptr<const Bytes>;

// What TLS derives from a link's secrets (RFC 8446 §7.5): both ends order their links by it without a word.
using LinkTag = std::array<std::uint8_t, 16>;

class LinkHandler {
 public:
  virtual ~LinkHandler() = default;
  // TLS stands; the other end has proved that it owns this id.
  // `tag` is the same at both ends, and of this link alone.
  virtual void on_secured(const PeerId& id, const LinkTag& tag) = 0;
  // `body` is valid during the call.
  virtual void on_frame(std::uint8_t type, ByteView body) = 0;
  // The connection has carried so many bytes more.
  virtual void on_traffic(std::size_t received, std::size_t sent) {
    (void)received;
    (void)sent;
  }
  // Exactly once, never from inside a call of this class; nothing follows.
  virtual void on_closed(CloseReason reason, const std::string& text) = 0;
};

class TlsLink : public std::enable_shared_from_this<TlsLink> {
 public:
  // `handler` outlives on_closed. `queue_bytes`: what may wait to be written before the peer counts as slow.
  TlsLink(boost::asio::io_context& io, boost::asio::ssl::context& tls, std::size_t queue_bytes, LinkHandler& handler);
  TlsLink(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, std::size_t queue_bytes,
          LinkHandler& handler);

  void connect(const PeerAddress& address);
  void accept();

  // Queues. Past `queue_bytes` the link is closed as slow; a closed link ignores it. Frames arrive in the order of the
  // calls.
  void send(SharedFrame frame);
  // The largest frame that is taken from now on, the header not counted.
  void set_max_frame(std::size_t bytes) { max_frame_ = bytes; }
  // Delivers and reads nothing for that long; the other end feels it as back-pressure. Only from inside on_frame.
  void pause(Milliseconds duration);
  // With a goodbye frame when it is of use, and time for it to arrive. May be repeated; the first reason counts.
  void close(CloseReason reason, std::string text);
  bool closed() const { return closed_; }
  std::size_t queued_bytes() const { return queued_bytes_; }
  // "host:port" of the other end; empty before the connection stands.
  std::string remote() const;

 private:
  using Tcp = boost::asio::ip::tcp;
  using ErrorCode = boost::system::error_code;

  void dial(const std::vector<Tcp::endpoint>& endpoints);
  void handshake(boost::asio::ssl::stream_base::handshake_type role);
  void on_handshake(const ErrorCode& error);
  void read();
  void on_read(const ErrorCode& error, std::size_t bytes);
  void deliver();
  void make_room(std::size_t frame_bytes);
  void write();
  void on_written(const ErrorCode& error);
  void lost(const ErrorCode& error, const char* doing);
  void linger();
  void abandon();

  boost::asio::ssl::stream<Tcp::socket> stream_;
  Tcp::resolver resolver_;
  boost::asio::steady_timer pause_timer_;
  boost::asio::steady_timer linger_timer_;
  LinkHandler* handler_;
  const std::size_t queue_bytes_;

  std::size_t max_frame_;
  Bytes input_;  // [begin_, end_) has arrived and was not delivered
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::deque<SharedFrame> queue_;
  std::size_t queued_bytes_ = 0;  // in queue_ and output_
  Bytes output_;                  // being written
  bool secured_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool paused_ = false;
  bool closed_ = false;
  bool lingering_ = false;
};

}  // namespace status::waku::mesh
