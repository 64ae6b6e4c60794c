#include "supervisor/gateway/remote/remote_session.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "ipc/tls/identity.h"

namespace status::gateway {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;

// Memory is taken as bytes arrive, not as a length promises them.
constexpr std::size_t kStep = 64 * 1024;
// The largest request with the largest answer, and some small ones.
constexpr std::size_t kMostBytes = 34U << 20U;
// A token may live for longer than a timer counts, and the wall clock may be set meanwhile.
constexpr std::int64_t kExpiryLookMs = 3'600'000;

Bytes frame_of(const Bytes& hops, const ipc::Message& message) {
  const ByteView body = message.bytes();
  const remote::Length length = remote::to_length(hops.size() + body.size());
  Bytes frame;
  frame.reserve(length.size() + hops.size() + body.size());
  frame.insert(frame.end(), length.begin(), length.end());
  frame.insert(frame.end(), hops.begin(), hops.end());
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

}  // namespace

std::string_view to_word(RemoteEnd end) {
  constexpr std::string_view kWords[] = {"gone",        "handshake", "unknown_client", "crowded", "protocol",
                                         "wrong_token", "offender",  "memory",         "slow",    "revoked"};
  return kWords[static_cast<std::size_t>(end)];
}

RemoteSession::RemoteSession(tcp::socket socket, asio::ssl::context& tls, const Clock& clock, SessionHost& host)
    : stream_(std::move(socket), tls),
      read_timer_(stream_.get_executor()),
      write_timer_(stream_.get_executor()),
      expiry_timer_(stream_.get_executor()),
      clock_(clock),
      host_(host) {}

void RemoteSession::start() {
  ErrorCode ignored;
  stream_.lowest_layer().set_option(tcp::no_delay(true), ignored);
  // A client that vanished without a word gives its place back in the end.
  stream_.lowest_layer().set_option(asio::socket_base::keep_alive(true), ignored);
  end_after(read_timer_, kHandshakeTime, RemoteEnd::handshake);
  stream_.async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](const ErrorCode& error) { self->on_handshake(error); });
}

void RemoteSession::end_after(asio::steady_timer& timer, std::chrono::milliseconds time, RemoteEnd end) {
  timer.expires_after(time);
  timer.async_wait([self = shared_from_this(), end](const ErrorCode& error) {
    if (!error) self->close(end);
  });
}

bool RemoteSession::goes_on(const ErrorCode& error, std::size_t received) {
  host_.carried(received, 0);
  if (error) close(RemoteEnd::gone);
  return !closed_;
}

void RemoteSession::on_handshake(const ErrorCode& error) {
  if (closed_) return;
  SSL* ssl = stream_.native_handle();
  // The door has turned an unknown client away itself (tls::ContextOptions::welcome).
  if (error) {
    const bool judged = SSL_get_verify_result(ssl) == X509_V_ERR_CERT_REJECTED;
    return close(judged ? RemoteEnd::unknown_client : RemoteEnd::handshake);
  }
  const Result<tls::KeyId> client = tls::key_id_of(SSL_get0_peer_certificate(ssl));
  if (!client) return close(RemoteEnd::handshake);
  const auto pass = host_.admit(*client);
  if (!pass) return close(pass.error());
  client_ = *client;
  pass_ = *pass;
  watch_expiry();
  read_greeting();
}

void RemoteSession::watch_expiry() {
  const std::int64_t left_ms = pass_->expires_ms - clock_.unix_ms();
  if (pass_->expires_ms == 0 || left_ms <= 0) return;  // expired already: the front door says so to each request
  expiry_timer_.expires_after(std::chrono::milliseconds(std::min(left_ms, kExpiryLookMs)));
  expiry_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error || self->closed_) return;
    if (self->clock_.unix_ms() < self->pass_->expires_ms) return self->watch_expiry();
    self->close(RemoteEnd::revoked);
  });
}

void RemoteSession::read_greeting() {
  asio::async_read(stream_, asio::buffer(greeting_),
                   [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                     if (!self->goes_on(error, bytes)) return;
                     if (self->greeting_ != remote::greeting_of(remote::Role::request))
                       return self->close(RemoteEnd::handshake);
                     self->read_timer_.cancel();
                     const remote::Greeting ours = remote::greeting_of(remote::Role::reply);
                     self->output_.emplace_back(ours.begin(), ours.end());
                     if (!self->reserve(ours.size())) return;
                     self->write();
                     self->read_length();
                   });
}

void RemoteSession::read_length() {
  asio::async_read(stream_, asio::buffer(length_),
                   [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                     if (!self->goes_on(error, bytes)) return;
                     const std::uint64_t length = remote::from_length(self->length_);
                     if (length > remote::kMaxFrame) return self->close(RemoteEnd::protocol);
                     self->input_.reserve(length);
                     self->read_body(length);
                   });
}

void RemoteSession::read_body(std::size_t whole) {
  const std::size_t have = input_.size();
  if (have == whole) return on_request();
  const std::size_t step = std::min(whole - have, kStep);
  if (!reserve(step)) return;
  end_after(read_timer_, kStepTime, RemoteEnd::slow);
  input_.resize(have + step);
  asio::async_read(stream_, asio::buffer(input_.data() + have, step),
                   [self = shared_from_this(), whole](const ErrorCode& error, std::size_t bytes) {
                     if (self->goes_on(error, bytes)) self->read_body(whole);
                   });
}

void RemoteSession::on_request() {
  read_timer_.cancel();
  const Bytes frame = std::exchange(input_, {});
  const std::size_t hops = remote::hop_bytes(frame);
  if (hops == 0) return close(RemoteEnd::protocol);
  const std::uint64_t number = ++last_number_;
  UnderWay& call = under_way_[number];
  call.hops.assign(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(hops));
  call.bytes = frame.size();
  // Through the executor, also where the answer is at hand: it finds the call with its handle.
  auto answer = [self = shared_from_this(), number](ipc::Message message, bool refused) {
    asio::post(self->stream_.get_executor(), [self, number, refused, message = std::move(message)]() mutable {
      if (refused && self->offends()) return self->close(RemoteEnd::offender);
      self->answered(number, std::move(message));
    });
  };
  const RemoteBridge::Sent sent =
      host_.carry(ipc::Message(ByteView(frame).subspan(hops), {}), *pass_, under_way_.size() - 1, std::move(answer));
  on_sent(number, sent);
}

void RemoteSession::on_sent(std::uint64_t number, const RemoteBridge::Sent& sent) {
  if (sent.verdict == RemoteBridge::Verdict::no_request) return close(RemoteEnd::protocol);
  if (sent.verdict == RemoteBridge::Verdict::not_the_token) {
    host_.not_the_token(*client_);
    if (++wrong_tokens_ >= kMostWrongTokens) return close(RemoteEnd::wrong_token);
  }
  under_way_[number].handle = sent.handle;
  read_length();
}

bool RemoteSession::offends() {
  const MonotonicTime now = std::chrono::steady_clock::now();
  if (now - offences_since_ > std::chrono::seconds(1)) {
    offences_since_ = now;
    offences_ = 0;
  }
  return ++offences_ > kMostOffences;
}

void RemoteSession::answered(std::uint64_t number, ipc::Message answer) {
  const auto found = under_way_.find(number);
  if (closed_ || found == under_way_.end()) return;
  const UnderWay call = std::move(found->second);
  under_way_.erase(found);
  release(call.bytes);
  Bytes frame = frame_of(call.hops, answer);
  if (!reserve(frame.size())) return;
  output_.push_back(std::move(frame));
  if (output_.size() == 1) write();
}

void RemoteSession::write() {
  const Bytes& frame = output_.front();
  const std::size_t step = std::min(frame.size() - written_, kStep);
  end_after(write_timer_, kStepTime, RemoteEnd::slow);
  asio::async_write(
      stream_, asio::buffer(frame.data() + written_, step),
      [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) { self->on_written(error, bytes); });
}

void RemoteSession::on_written(const ErrorCode& error, std::size_t bytes) {
  host_.carried(0, bytes);
  if (error) close(RemoteEnd::gone);
  if (closed_) return;
  write_timer_.cancel();
  written_ += bytes;
  if (written_ < output_.front().size()) return write();
  release(std::exchange(written_, 0));
  output_.pop_front();
  if (!output_.empty()) write();
}

bool RemoteSession::reserve(std::size_t bytes) {
  if (reserved_ + bytes > kMostBytes || !host_.reserve(bytes)) {
    close(RemoteEnd::memory);
    return false;
  }
  reserved_ += bytes;
  return true;
}

void RemoteSession::release(std::size_t bytes) {
  host_.release(bytes);
  reserved_ -= bytes;
}

void RemoteSession::close(RemoteEnd end) {
  if (std::exchange(closed_, true)) return;
  auto self = shared_from_this();  // the door lets go of it
  for (auto& [number, call] : under_way_) call.handle.cancel();
  release(reserved_);
  ErrorCode ignored;
  stream_.lowest_layer().close(ignored);
  read_timer_.cancel();
  write_timer_.cancel();
  expiry_timer_.cancel();
  host_.ended(*this, end);
}

}  // namespace status::gateway
