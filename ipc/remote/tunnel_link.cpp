#include "ipc/remote/tunnel_link.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace status::remote {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds kConnectTime{10};
// A message of NNG's ipc transport has this before its length.
constexpr std::uint8_t kIpcMessage = 1;

}  // namespace

template <class From, class To>
struct TunnelLink::Pump : std::enable_shared_from_this<Pump<From, To>> {
  Pump(std::shared_ptr<TunnelLink> owner, From& source, To& target, bool from_ipc)
      : link(std::move(owner)), from(source), to(target), ipc_in(from_ipc) {}

  void next() {
    head.resize(ipc_in ? 1 + sizeof(Length) : sizeof(Length));
    asio::async_read(from, asio::buffer(head), [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
      if (self->link->goes_on(error, "read")) self->begin();
    });
  }
  void begin() {
    Length length;
    std::ranges::copy(head.end() - sizeof(Length), head.end(), length.begin());
    left = from_length(length);
    if (left > kMaxFrame || (ipc_in && head.front() != kIpcMessage)) return link->close();
    chunk.clear();
    if (!ipc_in) chunk.push_back(kIpcMessage);
    chunk.insert(chunk.end(), length.begin(), length.end());
    read();
  }
  void read() {
    const std::size_t have = chunk.size();
    const std::size_t step = std::min<std::uint64_t>(left, kChunk);
    left -= step;
    chunk.resize(have + step);
    asio::async_read(from, asio::buffer(chunk.data() + have, step),
                     [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
                       if (self->link->goes_on(error, "read")) self->write();
                     });
  }
  void write() {
    asio::async_write(to, asio::buffer(chunk), [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
      if (!self->link->goes_on(error, "write")) return;
      self->chunk.clear();
      self->left == 0 ? self->next() : self->read();
    });
  }

  const std::shared_ptr<TunnelLink> link;
  From& from;
  To& to;
  const bool ipc_in;
  Bytes head;
  Bytes chunk;
  std::uint64_t left = 0;
};

TunnelLink::TunnelLink(Local::socket local, asio::ssl::context& tls, TcpAddress node, News news)
    : local_(std::move(local)),
      node_(local_.get_executor(), tls),
      resolver_(local_.get_executor()),
      timer_(local_.get_executor()),
      address_(std::move(node)),
      news_(std::move(news)) {}

void TunnelLink::start() {
  timer_.expires_after(kConnectTime);
  timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error) return;
    self->trouble(
        make_retryable(Code::unavailable, "remote.unreachable", to_text(self->address_) + " does not answer"));
  });
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          [self = shared_from_this()](const ErrorCode& error, const auto& found) {
                            if (self->goes_on(error, "find")) self->connect(found);
                          });
}

void TunnelLink::connect(const Tcp::resolver::results_type& found) {
  asio::async_connect(node_.lowest_layer(), found, [self = shared_from_this()](const ErrorCode& error, const auto&) {
    if (!self->goes_on(error, "connect to")) return;
    ErrorCode ignored;
    self->node_.lowest_layer().set_option(Tcp::no_delay(true), ignored);
    self->node_.lowest_layer().set_option(asio::socket_base::keep_alive(true), ignored);
    self->handshake();
  });
}

void TunnelLink::handshake() {
  node_.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const ErrorCode& error) {
    if (error && SSL_get_verify_result(self->node_.native_handle()) == X509_V_ERR_CERT_REJECTED) {
      return self->trouble(make_error(Code::permission_denied, "remote.wrong_node",
                                      "another key answers at " + to_text(self->address_) +
                                          " than the one that was given as its fingerprint: it is another node, or "
                                          "somebody stands between; on the node: statusctl remote show"));
    }
    if (self->goes_on(error, "shake hands with")) self->exchange_greetings();
  });
}

// The client's greeting goes first; with the node's the client knows that it is connected.
void TunnelLink::exchange_greetings() {
  asio::async_read(local_, asio::buffer(ours_), [self = shared_from_this()](const ErrorCode& error, std::size_t) {
    if (!self->goes_on(error, "read")) return;
    asio::async_write(self->node_, asio::buffer(self->ours_), [self](const ErrorCode& failed, std::size_t) {
      if (!self->goes_on(failed, "greet")) return;
      asio::async_read(self->node_, asio::buffer(self->theirs_), [self](const ErrorCode& refused, std::size_t) {
        if (refused && !self->closed_) {
          return self->trouble(make_error(Code::permission_denied, "remote.refused",
                                          to_text(self->address_) + " closed the door (" + refused.message() +
                                              "): is there a token for this client, and is it valid? on the node: "
                                              "statusctl token list"));
        }
        if (self->closed_) return;
        self->greeted_ = true;
        self->timer_.cancel();
        self->news_(std::nullopt);
        asio::async_write(self->local_, asio::buffer(self->theirs_), [self](const ErrorCode& lost, std::size_t) {
          if (!self->goes_on(lost, "greet")) return;
          std::make_shared<Pump<Local::socket, decltype(node_)>>(self, self->local_, self->node_, true)->next();
          std::make_shared<Pump<decltype(node_), Local::socket>>(self, self->node_, self->local_, false)->next();
        });
      });
    });
  });
}

bool TunnelLink::goes_on(const ErrorCode& error, const char* doing) {
  if (closed_) return false;
  if (!error) return true;
  if (greeted_) {
    // One end has gone: the client itself, or the node, which the redial will tell more of.
    close();
  } else {
    trouble(make_retryable(Code::unavailable, "remote.unreachable",
                           "cannot " + std::string(doing) + " " + to_text(address_) + ": " + error.message()));
  }
  return false;
}

void TunnelLink::trouble(Error error) {
  if (closed_) return;
  news_(std::move(error));
  close();
}

void TunnelLink::close() {
  if (std::exchange(closed_, true)) return;
  ErrorCode ignored;
  local_.close(ignored);
  node_.lowest_layer().close(ignored);
  resolver_.cancel();
  timer_.cancel();
}

}  // namespace status::remote
