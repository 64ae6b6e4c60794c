#include "services/waku/mesh/peer.h"

#include <algorithm>

#include "ipc/base/failpoint.h"
#include "services/waku/mesh/printable.h"

namespace status::waku::mesh {
namespace {

// What the costlier requests count for in the rate of messages.
constexpr double kPageCost = 20;
constexpr double kQueryCost = 20;

constexpr double kUnknownCost = 1;

double entries_cost(std::size_t entries) { return static_cast<double>(std::max<std::size_t>(entries, 1)); }

double message_cost(const Frame& frame) {
  if (std::holds_alternative<Relayed>(frame)) return 1;
  if (std::holds_alternative<CatchUp>(frame)) return kPageCost;
  if (std::holds_alternative<Query>(frame)) return kQueryCost;
  if (std::holds_alternative<Ping>(frame)) return 1;
  // What nobody asked for; else `expects` exempts it.
  if (const auto* page = std::get_if<Page>(&frame)) return entries_cost(page->entries.size());
  if (const auto* result = std::get_if<QueryResult>(&frame)) return entries_cost(result->entries.size());
  return 0;  // small answers to what this node sent; their bytes count
}

TokenBucket bucket(double rate, const Runtime& runtime) {
  return {rate, rate * runtime.config.burst_seconds, runtime.clock.monotonic()};
}

}  // namespace

Peer::Peer(Runtime& runtime, boost::asio::ssl::context& tls, PeerListener& listener, const PeerAddress& address)
    : runtime_(runtime),
      listener_(listener),
      address_(address),
      link_(std::make_shared<TlsLink>(runtime.io, tls, runtime.config.send_queue_bytes, *this)),
      greeting_timer_(runtime.io),
      messages_(bucket(runtime.config.messages_per_second, runtime)),
      bytes_(bucket(runtime.config.bytes_per_second, runtime)) {}

Peer::Peer(Runtime& runtime, boost::asio::ssl::context& tls, PeerListener& listener,
           boost::asio::ip::tcp::socket socket)
    : runtime_(runtime),
      listener_(listener),
      link_(std::make_shared<TlsLink>(std::move(socket), tls, runtime.config.send_queue_bytes, *this)),
      greeting_timer_(runtime.io),
      messages_(bucket(runtime.config.messages_per_second, runtime)),
      bytes_(bucket(runtime.config.bytes_per_second, runtime)) {
  statistics.remote = link_->remote();
}

void Peer::start() {
  greeting_timer_.expires_after(runtime_.config.handshake_timeout);
  // The link, not this: an expiry that is queued already is not cancelled by the timer's end.
  greeting_timer_.async_wait([link = link_](const boost::system::error_code& error) {
    if (!error) link->close(CloseReason::timeout, "no greeting in time");
  });
  if (outbound()) {
    ++runtime_.counters.dials;
    link_->connect(*address_);
  } else {
    link_->accept();
  }
}

void Peer::on_secured(const PeerId& id, const LinkTag& tag) {
  id_ = id;
  tag_ = tag;
  statistics.remote = link_->remote();
  if (const std::optional<CloseReason> refusal = listener_.admit(*this)) {
    const bool full = *refusal == CloseReason::too_many;
    return link_->close(*refusal, full ? "no more links are taken" : "this is " + to_text(id_));
  }
  admitted_ = true;
  send(listener_.greeting());
}

void Peer::answer(std::string_view name, const Frame& frame) {
  const std::string_view step = std::holds_alternative<Ack>(frame) ? "acknowledgement" : "reply";
  failpoint(Moment::before, step, name);
  send(frame);
  failpoint(Moment::after, step, name);
}

void Peer::on_traffic(std::size_t received, std::size_t sent) {
  runtime_.traffic.received += received;
  runtime_.traffic.sent += sent;
}

void Peer::on_frame(std::uint8_t type, ByteView body) {
  last_heard_ = runtime_.clock.monotonic();
  const Result<Frame> frame = decode_frame(type, body);
  if (!frame) {
    if (frame.error().code == Code::unimplemented && ready_) {
      ++runtime_.counters.frames_unknown;
      return throttle(kUnknownCost, body.size());
    }
    return link_->close(CloseReason::protocol, frame.error().message);
  }
  if (const auto* goodbye = std::get_if<Goodbye>(&*frame)) return handle(*goodbye);
  const auto* hello = std::get_if<Hello>(&*frame);
  if ((hello == nullptr) != ready_) return link_->close(CloseReason::protocol, "a frame out of turn");
  if (hello != nullptr) return handle(*hello);
  if (!listener_.expects(*this, *frame)) throttle(message_cost(*frame), body.size());
  if (const auto* ping = std::get_if<Ping>(&*frame)) return send(Pong{ping->nonce});
  if (const auto* pong = std::get_if<Pong>(&*frame)) return handle(*pong);
  listener_.on_frame(*this, *frame);
}

void Peer::handle(const Hello& hello) {
  const Network& network = runtime_.config.network;
  if (hello.version != kProtocolVersion) {
    return link_->close(CloseReason::version, "protocol " + std::to_string(hello.version) + " met protocol " +
                                                  std::to_string(kProtocolVersion));
  }
  if (hello.cluster != network.cluster || hello.shard_count != network.shard_count) {
    return link_->close(CloseReason::wrong_network, "cluster " + std::to_string(hello.cluster) + " with " +
                                                        std::to_string(hello.shard_count) + " shards met cluster " +
                                                        std::to_string(network.cluster) + " with " +
                                                        std::to_string(network.shard_count));
  }
  greeting_timer_.cancel();
  hello_ = hello;
  hello_.agent = printable(hello.agent);
  ready_ = true;
  last_ping_ = last_heard_;
  statistics.connected_since_ms = runtime_.clock.unix_ms();
  statistics.clock_offset_ms = hello.unix_ms - statistics.connected_since_ms;
  link_->set_max_frame(max_frame_bytes(runtime_.config.max_message_bytes));
  ++runtime_.counters.links_opened;
  listener_.on_ready(*this);
}

void Peer::handle(const Goodbye& goodbye) {
  closed_by_peer_ = true;
  const bool known = goodbye.reason < kCloseReasons;
  link_->close(known ? static_cast<CloseReason>(goodbye.reason) : CloseReason::peer_closed,
               "the peer said: " + printable(goodbye.text));
}

void Peer::handle(const Pong& pong) {
  if (pong.nonce != ping_nonce_) return;
  const auto elapsed = last_heard_ - last_ping_;
  statistics.round_trip_us = std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
}

void Peer::throttle(double messages, std::size_t bytes) {
  const Milliseconds wait =
      std::max(messages_.take(messages, last_heard_), bytes_.take(static_cast<double>(bytes), last_heard_));
  if (wait <= Milliseconds(0)) return;
  ++runtime_.counters.throttled;
  link_->pause(wait);
}

void Peer::tick() {
  if (!ready()) return;
  const MonotonicTime now = runtime_.clock.monotonic();
  if (now - last_heard_ >= runtime_.config.dead_after) {
    return link_->close(CloseReason::dead, "nothing was heard from it");
  }
  if (now - last_ping_ < runtime_.config.ping_interval) return;
  last_ping_ = now;
  send(Ping{++ping_nonce_});
}

void Peer::on_closed(CloseReason reason, const std::string& text) {
  greeting_timer_.cancel();
  if (closed_by_peer_ || reason == CloseReason::peer_closed) {
    ++runtime_.counters.closed_by_peer;
  } else {
    ++runtime_.counters.closed[static_cast<std::size_t>(reason)];
  }
  listener_.on_gone(*this, reason, text, closed_by_peer_);
}

}  // namespace status::waku::mesh
