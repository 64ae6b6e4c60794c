#include "tests/integration/remote/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

#include "ipc/base/codec.h"
#include "ipc/remote/sp_frames.h"
#include "ipc/server/access.h"
#include "tests/support/patience.h"

namespace status::test {
namespace {

constexpr std::uint8_t kHop[] = {0x80, 0, 0, 1};

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = kPatience.count() / 1'000, .tv_usec = 0};
  ::setsockopt(out.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
  return out;
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port, const tls::Identity* identity, int version)
    : socket_(connect_to(port)), context_(SSL_CTX_new(TLS_client_method())) {
  std::signal(SIGPIPE, SIG_IGN);  // the node may close first
  SSL_CTX_set_max_proto_version(context_.get(), version);
  if (identity != nullptr) {
    SSL_CTX_use_certificate(context_.get(), identity->certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity->key.get());
  }
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_.get());
}

bool TlsClient::greet() {
  if (!handshake()) return false;
  write(remote::greeting_of(remote::Role::request));
  remote::Greeting theirs{};
  return read(theirs) && theirs == remote::greeting_of(remote::Role::reply);
}

void TlsClient::send(const std::string& method, const std::string& token, const Value& params) {
  ipc::RequestHeader header{.id = 7, .method = method, .deadline_ms = 10'000};
  if (!token.empty()) header.credential = *ipc::parse_credential(token);
  Bytes request(std::begin(kHop), std::end(kHop));
  ipc::append_request_prefix(header, request);
  const Bytes body = encode_msgpack(params);
  request.insert(request.end(), body.begin(), body.end());
  const remote::Length length = remote::to_length(request.size());
  request.insert(request.begin(), length.begin(), length.end());
  write(request);
}

std::optional<Result<Value>> TlsClient::receive() {
  remote::Length length{};
  if (!read(length)) return std::nullopt;
  Bytes frame(remote::from_length(length));
  if (frame.size() < sizeof kHop || !read(frame)) return std::nullopt;
  auto response = ipc::Response::parse(ipc::Message(ByteView(frame).subspan(sizeof kHop), {}));
  if (!response) return Result<Value>(fail(response.error()));
  if (response->error()) return Result<Value>(fail(*response->error()));
  return decode_msgpack(response->result());
}

std::string TlsClient::reason_of(const std::string& method, const std::string& token) {
  send(method, token);
  const auto answer = receive();
  if (!answer) return "closed";
  return *answer ? "" : answer->error().reason;
}

void TlsClient::write(ByteView bytes) { SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }

void TlsClient::write_plain(ByteView bytes) { (void)::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

bool TlsClient::read(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const int got = SSL_read(ssl_.get(), out.data(), static_cast<int>(out.size()));
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool TlsClient::ended() {
  std::uint8_t byte = 0;
  if (SSL_is_init_finished(ssl_.get()) != 0 && SSL_read(ssl_.get(), &byte, 1) > 0) return false;
  // Past TLS: an alert may stand before the end, a time-out is none.
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), &byte, 1, 0);
    if (got <= 0) return got == 0 || errno == ECONNRESET;
  }
}

std::string TlsClient::peer() const {
  const auto id = tls::key_id_of(SSL_get0_peer_certificate(ssl_.get()));
  return id ? tls::to_text(*id) : "";
}

}  // namespace status::test
