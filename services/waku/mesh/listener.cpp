#include "services/waku/mesh/listener.h"

#include <charconv>
#include <fstream>

#include "ipc/base/file.h"

namespace status::waku::mesh {
namespace {

using Tcp = boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds kRetry{100};

// 0 when there is none.
std::uint16_t remembered_port(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  std::uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

}  // namespace

Listener::Listener(Runtime& runtime, OnSocket on_socket)
    : runtime_(runtime), on_socket_(std::move(on_socket)), acceptor_(runtime.io), retry_timer_(runtime.io) {}

Status Listener::open(const PeerAddress& wanted, const std::string& port_file) {
  PeerAddress remembered = wanted;
  if (wanted.port == 0) remembered.port = remembered_port(port_file);
  Status bound = bind(remembered);
  if (!bound && remembered.port != wanted.port) bound = bind(wanted);
  if (!bound) return bound;
  const std::uint16_t port = address().port;
  if (wanted.port == 0 && port != remembered.port) {
    if (Status kept = replace_file(port_file, std::to_string(port) + "\n", Durability::synced); !kept) return kept;
  }
  accept();
  return {};
}

Status Listener::bind(const PeerAddress& wanted) {
  ErrorCode error;
  const boost::asio::ip::address host = boost::asio::ip::make_address(wanted.host, error);
  if (error) {
    return fail(Code::invalid_argument, "waku.invalid_config",
                "mesh.listen needs a numeric address, not '" + wanted.host + "'");
  }
  const Tcp::endpoint endpoint(host, wanted.port);
  close();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
  if (!error) return {};
  const std::string what = "listen on " + to_text(wanted);
  if (error == boost::asio::error::address_in_use) {
    return fail(Code::failed_precondition, "waku.address_in_use",
                what + ": the address is in use; set mesh.listen to another");
  }
  return fail(errno_error(error.value(), what));
}

void Listener::accept() {
  acceptor_.async_accept([this](const ErrorCode& error, Tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      on_socket_(std::move(socket));
      return accept();
    }
    // Out of descriptors or memory: the connection waits in the backlog until there are some.
    retry_timer_.expires_after(kRetry);
    retry_timer_.async_wait([this](const ErrorCode& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void Listener::close() {
  ErrorCode ignored;
  acceptor_.close(ignored);
  retry_timer_.cancel();
}

PeerAddress Listener::address() const {
  ErrorCode error;
  const Tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  return error ? PeerAddress{} : PeerAddress{endpoint.address().to_string(), endpoint.port(), {}};
}

}  // namespace status::waku::mesh
