#include "services/waku/mesh/tls_link.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "ipc/tls/identity.h"
#include "services/waku/big_endian.h"
#include "services/waku/mesh/frames.h"

namespace status::waku::mesh {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kInputBytes = 16 * 1024;   // one TLS record
constexpr std::size_t kOutputBytes = 64 * 1024;  // frames gathered into one write
constexpr std::chrono::milliseconds kLinger{300};

// Where the other end can still read, and would not know the reason by itself.
bool deserves_goodbye(CloseReason reason) {
  switch (reason) {
    case CloseReason::peer_closed:
    case CloseReason::network:
    case CloseReason::tls:
    case CloseReason::slow:
    case CloseReason::dead:
      return false;
    default:
      return true;
  }
}

// Empty unless both ends have agreed on this protocol: one that offers none passes the handshake.
std::optional<LinkTag> agreed_tag(SSL* ssl) {
  constexpr std::string_view kLabel = "EXPORTER-status-mesh-link";
  const unsigned char* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  if (std::string_view(reinterpret_cast<const char*>(protocol), size) != kAlpn) return std::nullopt;
  LinkTag tag;
  if (SSL_export_keying_material(ssl, tag.data(), tag.size(), kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  return tag;
}

}  // namespace

TlsLink::TlsLink(asio::io_context& io, asio::ssl::context& tls, std::size_t queue_bytes, LinkHandler& handler)
    : TlsLink(Tcp::socket(io), tls, queue_bytes, handler) {}

TlsLink::TlsLink(Tcp::socket socket, asio::ssl::context& tls, std::size_t queue_bytes, LinkHandler& handler)
    : stream_(std::move(socket), tls),
      resolver_(stream_.get_executor()),
      pause_timer_(stream_.get_executor()),
      linger_timer_(stream_.get_executor()),
      handler_(&handler),
      queue_bytes_(queue_bytes),
      max_frame_(kMaxGreetingBytes) {}

void TlsLink::connect(const PeerAddress& address) {
  ErrorCode not_numeric;
  const asio::ip::address numeric = asio::ip::make_address(address.host, not_numeric);
  // A numeric address must not wake the resolver: it costs a thread.
  if (!not_numeric) return dial({Tcp::endpoint(numeric, address.port)});
  resolver_.async_resolve(
      address.host, std::to_string(address.port),
      [self = shared_from_this()](const ErrorCode& error, const Tcp::resolver::results_type& found) {
        if (error) return self->lost(error, "resolve");
        self->dial({found.begin(), found.end()});
      });
}

void TlsLink::dial(const std::vector<Tcp::endpoint>& endpoints) {
  if (closed_) return;
  asio::async_connect(stream_.lowest_layer(), endpoints,
                      [self = shared_from_this()](const ErrorCode& error, const Tcp::endpoint&) {
                        if (error) return self->lost(error, "connect");
                        self->handshake(asio::ssl::stream_base::client);
                      });
}

void TlsLink::accept() { handshake(asio::ssl::stream_base::server); }

void TlsLink::handshake(asio::ssl::stream_base::handshake_type role) {
  if (closed_) return;
  ErrorCode ignored;
  stream_.lowest_layer().set_option(Tcp::no_delay(true), ignored);
  stream_.async_handshake(role, [self = shared_from_this()](const ErrorCode& error) { self->on_handshake(error); });
}

void TlsLink::on_handshake(const ErrorCode& error) {
  if (closed_) return;
  if (error) return close(CloseReason::tls, "TLS handshake: " + error.message());
  const tls::CertificatePtr certificate(SSL_get1_peer_certificate(stream_.native_handle()));
  const Result<PeerId> id = tls::key_id_of(certificate.get());
  if (!id) return close(CloseReason::tls, id.error().message);
  const std::optional<LinkTag> tag = agreed_tag(stream_.native_handle());
  if (!tag) return close(CloseReason::tls, "the other end does not speak this protocol");
  secured_ = true;
  handler_->on_secured(*id, *tag);
  if (!queue_.empty() && !writing_) write();
  deliver();
}

std::string TlsLink::remote() const {
  ErrorCode error;
  const Tcp::endpoint endpoint = stream_.lowest_layer().remote_endpoint(error);
  return error ? "" : to_text(PeerAddress{endpoint.address().to_string(), endpoint.port(), {}});
}

void TlsLink::read() {
  if (reading_) return;
  reading_ = true;
  if (input_.empty()) input_.resize(kInputBytes);
  stream_.async_read_some(asio::buffer(input_.data() + end_, input_.size() - end_),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                            self->reading_ = false;
                            self->on_read(error, bytes);
                          });
}

void TlsLink::on_read(const ErrorCode& error, std::size_t bytes) {
  if (lingering_) {  // what comes now is thrown away, until the other end has read our goodbye and closed
    begin_ = end_ = 0;
    return error ? abandon() : read();
  }
  if (closed_) return;
  if (error) return lost(error, "read");
  handler_->on_traffic(bytes, 0);
  end_ += bytes;
  deliver();
}

void TlsLink::deliver() {
  while (!closed_ && !paused_) {
    const ByteView arrived = ByteView(input_).subspan(begin_, end_ - begin_);
    if (arrived.size() < sizeof(std::uint32_t)) {
      make_room(kFrameHeaderBytes);
      return read();
    }
    const auto length = from_big_endian<std::uint32_t>(arrived);
    if (length == 0 || length - 1 > max_frame_) {
      return close(CloseReason::protocol, "a frame of " + std::to_string(length) + " bytes");
    }
    const std::size_t whole = sizeof length + length;
    if (arrived.size() < whole) {
      make_room(whole);
      return read();
    }
    begin_ += whole;
    handler_->on_frame(arrived[4], arrived.subspan(kFrameHeaderBytes, whole - kFrameHeaderBytes));
  }
}

// Moves what is there to the front and makes the buffer fit the frame to come; an idle link goes back to the small
// buffer.
void TlsLink::make_room(std::size_t frame_bytes) {
  if (begin_ > 0) {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const std::size_t wanted = std::max(frame_bytes, kInputBytes);
  if (input_.size() < wanted) {
    input_.resize(wanted);
  } else if (input_.size() > wanted && end_ <= kInputBytes && wanted == kInputBytes) {
    input_.resize(wanted);
    input_.shrink_to_fit();
  }
}

void TlsLink::pause(Milliseconds duration) {
  if (closed_) return;
  paused_ = true;
  pause_timer_.expires_after(duration);
  pause_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error) return;  // another pause took its place, or the link is gone
    self->paused_ = false;
    self->deliver();
  });
}

void TlsLink::send(SharedFrame frame) {
  if (closed_) return;
  if (queued_bytes_ + frame->size() > queue_bytes_) {
    return close(CloseReason::slow, std::to_string(queued_bytes_) + " bytes are waiting to be read by it");
  }
  queued_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
  if (secured_ && !writing_) write();
}

void TlsLink::write() {
  writing_ = true;
  output_.clear();
  while (!queue_.empty() && (output_.empty() || output_.size() + queue_.front()->size() <= kOutputBytes)) {
    output_.insert(output_.end(), queue_.front()->begin(), queue_.front()->end());
    queue_.pop_front();
  }
  asio::async_write(stream_, asio::buffer(output_),
                    [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_written(error); });
}

void TlsLink::on_written(const ErrorCode& error) {
  writing_ = false;
  queued_bytes_ -= output_.size();
  if (error) return closed_ ? abandon() : lost(error, "write");
  if (!closed_) handler_->on_traffic(0, output_.size());
  if (!queue_.empty()) return write();
  output_ = Bytes();
  if (closed_) linger();
}

void TlsLink::lost(const ErrorCode& error, const char* doing) {
  const bool ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  close(ended ? CloseReason::peer_closed : CloseReason::network,
        ended ? "the other end closed the connection" : std::string(doing) + ": " + error.message());
}

void TlsLink::close(CloseReason reason, std::string text) {
  if (closed_) return;
  closed_ = true;
  resolver_.cancel();
  pause_timer_.cancel();
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), reason, text] { self->handler_->on_closed(reason, text); });
  for (const SharedFrame& frame : queue_) queued_bytes_ -= frame->size();
  queue_.clear();
  if (!secured_ || !deserves_goodbye(reason)) return abandon();
  queue_.push_back(
      std::make_shared<const Bytes>(encode_frame(Goodbye{static_cast<std::uint8_t>(reason), std::move(text)})));
  queued_bytes_ += queue_.back()->size();
  linger_timer_.expires_after(kLinger);
  linger_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->abandon();
  });
  if (!writing_) write();
}

// Closing a socket with unread input resets the connection and may take the goodbye with it: so end our half, and read
// on.
void TlsLink::linger() {
  lingering_ = true;
  ErrorCode ignored;
  stream_.lowest_layer().shutdown(Tcp::socket::shutdown_send, ignored);
  begin_ = end_ = 0;
  read();
}

void TlsLink::abandon() {
  ErrorCode ignored;
  stream_.lowest_layer().close(ignored);
  linger_timer_.cancel();
}

}  // namespace status::waku::mesh
