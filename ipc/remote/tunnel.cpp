#include "ipc/remote/tunnel.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "ipc/remote/tunnel_link.h"
#include "ipc/tls/context.h"

namespace status::remote {
namespace asio = boost::asio;

struct Tunnel::Impl {
  ~Impl() {
    io.stop();
    if (thread.joinable()) thread.join();
    if (directory.empty()) return;
    ::unlink(path().c_str());
    ::rmdir(directory.c_str());
  }

  std::string path() const { return directory + "/node.sock"; }
  Status listen();
  void accept();
  void note(std::optional<Error> news) {
    const std::lock_guard lock(mutex);
    trouble = std::move(news);
  }

  TcpAddress node;
  std::string directory;
  std::unique_ptr<asio::ssl::context> context;
  std::mutex mutex;  // guards the next one
  std::optional<Error> trouble;
  asio::io_context io{1};
  TunnelLink::Local::acceptor acceptor{io};
  std::thread thread;
};

Status Tunnel::Impl::listen() {
  const char* base = std::getenv("TMPDIR");
  std::string pattern = std::string(base == nullptr || *base == '\0' ? "/tmp" : base) + "/status-tunnel-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) return fail(errno_error(errno, "make " + pattern));
  directory = pattern;
  boost::system::error_code error;
  acceptor.open({}, error);
  if (!error) acceptor.bind(path(), error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(errno_error(error.value(), "listen on " + path()));
  accept();
  thread = std::thread([this] { io.run(); });
  return {};
}

void Tunnel::Impl::accept() {
  acceptor.async_accept([this](const boost::system::error_code& error, TunnelLink::Local::socket socket) {
    if (error) return;
    std::make_shared<TunnelLink>(std::move(socket), *context, node, [this](std::optional<Error> news) {
      note(std::move(news));
    })->start();
    accept();
  });
}

Result<std::unique_ptr<Tunnel>> Tunnel::open(const TunnelOptions& options) {
  if (::access(options.key_file.c_str(), F_OK) != 0) {
    return fail(Code::not_found, "remote.no_identity",
                "there is no " + options.key_file + "; statusctl remote identity " + options.key_file + " makes one");
  }
  const Result<tls::Identity> identity = tls::load_or_create_identity(options.key_file);
  if (!identity) return fail(identity.error());
  auto made = tls::make_context(*identity,
                                {.welcome = [pin = options.node_key](const tls::KeyId& node) { return node == pin; }});
  if (!made) return fail(std::move(made.error()));
  auto impl = std::make_unique<Impl>();
  impl->node = options.node;
  impl->context = std::move(*made);
  if (Status listening = impl->listen(); !listening) return fail(std::move(listening.error()));
  return std::unique_ptr<Tunnel>(new Tunnel(std::move(impl)));
}

Tunnel::Tunnel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Tunnel::~Tunnel() = default;

std::string Tunnel::url() const { return "ipc://" + impl_->path(); }

std::optional<Error> Tunnel::trouble() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->trouble;
}

}  // namespace status::remote
