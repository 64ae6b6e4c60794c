// The node at the other end of one link: greeting, keepalive, rate limit. Private to the mesh backend; mesh thread
// only.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "services/waku/mesh/frames.h"
#include "services/waku/mesh/runtime.h"
#include "services/waku/mesh/tls_link.h"
#include "services/waku/mesh/token_bucket.h"

namespace status::waku::mesh {

class Peer;

class PeerListener {
 public:
  virtual ~PeerListener() = default;
  // The other end's key is known, nothing has been exchanged. A reason refuses it.
  virtual std::optional<CloseReason> admit(const Peer& peer) = 0;
  virtual Hello greeting() = 0;
  // Greetings fit: messages flow from now on.
  virtual void on_ready(Peer& peer) = 0;
  // The frame answers a request that is outstanding on this link: it may be as large as what was asked for.
  virtual bool expects(const Peer& peer, const Frame& frame) const = 0;
  // Anything but the frames that a Peer handles itself. Its views are valid during the call.
  virtual void on_frame(Peer& peer, const Frame& frame) = 0;
  // Exactly once, never from inside a call of Peer. `by_peer`: the other end gave the reason.
  virtual void on_gone(Peer& peer, CloseReason reason, const std::string& text, bool by_peer) = 0;
};

class Peer final : public LinkHandler {
 public:
  // Both keep references; the Peer must live until on_gone.
  Peer(Runtime& runtime, boost::asio::ssl::context& tls, PeerListener& listener, const PeerAddress& address);
  Peer(Runtime& runtime, boost::asio::ssl::context& tls, PeerListener& listener, boost::asio::ip::tcp::socket socket);

  void start();
  void send(const Frame& frame) { link_->send(std::make_shared<const Bytes>(encode_frame(frame))); }
  void send(SharedFrame frame) { link_->send(std::move(frame)); }
  // Answers a frame of the other end. `name` for failpoints: "mesh." and the frame's name in MESH.md.
  void answer(std::string_view name, const Frame& frame);
  void close(CloseReason reason, std::string text) { link_->close(reason, std::move(text)); }
  // Keepalive and dead-peer detection; called every Config::tick.
  void tick();

  bool ready() const { return ready_ && !link_->closed(); }
  bool outbound() const { return address_.has_value(); }
  // What was dialled; outbound only.
  const PeerAddress& address() const { return *address_; }
  // Valid from PeerListener::admit on.
  const PeerId& id() const { return id_; }
  // The other end's key is known and it may stay; it need not have greeted yet.
  bool admitted() const { return admitted_ && !link_->closed(); }
  bool closed() const { return link_->closed(); }
  const LinkTag& tag() const { return tag_; }
  // The other end's; valid from on_ready on.
  const Hello& hello() const { return hello_; }

  // It has read our store to the end: what is stored from now on is sent to it at once.
  bool caught_up = false;
  std::uint64_t has_up_to = 0;  // of our archive, by its own word; 0: nothing that we know of

  struct Statistics {
    std::string remote;
    std::int64_t connected_since_ms = 0;
    std::int64_t clock_offset_ms = 0;
    std::int64_t round_trip_us = 0;
    std::uint64_t messages_in = 0;
    std::uint64_t messages_out = 0;
  };
  Statistics statistics;

 private:
  void on_secured(const PeerId& id, const LinkTag& tag) override;
  void on_frame(std::uint8_t type, ByteView body) override;
  void on_traffic(std::size_t received, std::size_t sent) override;
  void on_closed(CloseReason reason, const std::string& text) override;

  void handle(const Hello& hello);
  void handle(const Goodbye& goodbye);
  void handle(const Pong& pong);
  // Takes both from what the peer may send, and reads nothing more until it may again.
  void throttle(double messages, std::size_t bytes);

  Runtime& runtime_;
  PeerListener& listener_;
  std::optional<PeerAddress> address_;
  std::shared_ptr<TlsLink> link_;
  boost::asio::steady_timer greeting_timer_;
  TokenBucket messages_;
  TokenBucket bytes_;
  PeerId id_{};
  LinkTag tag_{};
  bool admitted_ = false;
  Hello hello_;
  bool ready_ = false;
  bool closed_by_peer_ = false;
  MonotonicTime last_heard_;
  MonotonicTime last_ping_;
  std::uint64_t ping_nonce_ = 0;
};

}  // namespace status::waku::mesh
