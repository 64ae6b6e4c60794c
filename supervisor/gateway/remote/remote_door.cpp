#include "supervisor/gateway/remote/remote_door.h"

#include <algorithm>
#include <array>
#include <future>
#include <list>

#include "ipc/base/file.h"
#include "ipc/server/denials.h"
#include "ipc/tls/context.h"
#include "ipc/tls/traffic.h"
#include "metrics/service_instruments.h"
#include "supervisor/gateway/office.h"
#include "supervisor/gateway/remote/remote_session.h"
#include "supervisor/gateway/tcp_listener.h"

namespace status::gateway {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptAgain{100};

Error unknown_client(const tls::KeyId& client) {
  return make_error(Code::unauthenticated, "remote.unknown_client",
                    "no token was made for the client with this key; to let it in: statusctl token create NAME "
                    "--method ... --client " +
                        tls::to_text(client));
}

}  // namespace

struct RemoteDoor::Impl final : SessionHost {
  Impl(const RemoteDoorConfig& given, const Tools& with) : config(given), tools(with) {
    connections = tools.registry.gauge("status_remote_connections", "Connections of clients on other machines.");
    for (std::size_t end = 0; end < refused.size(); ++end) {
      const std::string reason(to_word(static_cast<RemoteEnd>(end)));
      if (static_cast<RemoteEnd>(end) == RemoteEnd::gone) continue;
      refused[end] = tools.registry.counter("status_remote_refused_total",
                                            "Connections, and requests with a wrong token, that were refused.",
                                            {{"reason", reason}});
    }
    metrics::watch_traffic(tools.registry, [traffic = traffic] {
      return metrics::TrafficLoad{traffic->received, traffic->sent};
    });
    denials.listen([&log = tools.log](const std::string& client, const std::string&, const Error& error) {
      log.warn("denied", {{"client", client}, {"reason", error.reason}, {"why", error.message}});
    });
  }

  Status open();
  void accept();
  void take_in(tcp::socket socket);
  void judge_again();
  void finish();
  void close_all();

  bool welcome(const tls::KeyId& client);
  void count(RemoteEnd end) const { refused[static_cast<std::size_t>(end)].add(); }
  tl::expected<RemotePass, RemoteEnd> admit(const tls::KeyId& client) override;
  RemoteBridge::Sent carry(ipc::Message request, const RemotePass& pass, std::size_t under_way,
                           RemoteBridge::Answer answer) override {
    return bridge->carry(std::move(request), pass, under_way, std::move(answer));
  }
  bool reserve(std::size_t bytes) override;
  void release(std::size_t bytes) override { held -= bytes; }
  void carried(std::size_t received, std::size_t sent) override {
    traffic->received += received;
    traffic->sent += sent;
  }
  void not_the_token(const tls::KeyId& client) override;
  void ended(const RemoteSession& session, RemoteEnd end) override;

  const RemoteDoorConfig config;
  const Tools tools;
  std::string url;
  tls::KeyId id{};
  ipc::Denials denials;
  const std::shared_ptr<tls::Traffic> traffic = std::make_shared<tls::Traffic>();  // the registry has it, too
  metrics::Gauge connections;
  std::array<metrics::Counter, static_cast<std::size_t>(RemoteEnd::revoked) + 1> refused;
  std::unique_ptr<boost::asio::ssl::context> context;
  Office office;
  std::unique_ptr<RemoteBridge> bridge;  // answers through the office until it is gone
  bool finished = false;

  // The office's thread alone.
  std::optional<tcp::acceptor> acceptor;
  std::optional<boost::asio::steady_timer> accept_timer;
  std::list<std::shared_ptr<RemoteSession>> sessions;  // the oldest first
  std::size_t held = 0;
};

Status RemoteDoor::Impl::open() {
  const std::optional<TcpAddress> address = parse_remote_url(config.listen);
  if (!address || !is_numeric(address->host)) {
    return fail(Code::invalid_argument, "gateway.bad_remote_listen",
                "remote.listen is `" + config.listen + "`; it must be tls+tcp://ADDRESS:PORT");
  }
  Result<tls::Identity> identity = tls::load_or_create_identity(config.key_file);
  if (!identity) return fail(std::move(identity.error()));
  id = identity->id;
  auto made = tls::make_context(*identity, {.welcome = [this](const tls::KeyId& client) { return welcome(client); }});
  if (!made) return fail(std::move(made.error()));
  context = std::move(*made);
  Result<tcp::acceptor> bound =
      listen_on(office.context(), *address, earlier_port(config.address_file), "remote.listen");
  if (!bound) return fail(std::move(bound.error()));
  acceptor = std::move(*bound);
  accept_timer.emplace(office.context());
  const TcpAddress served = address_of(*acceptor);
  url = to_remote_url(served);
  if (!config.address_file.empty()) {
    // For the gateway after this one, and not worth a closed door.
    (void)replace_file(config.address_file, to_text(served) + "\n", Durability::lazy);
  }
  return {};
}

void RemoteDoor::Impl::accept() {
  acceptor->async_accept([this](const ErrorCode& error, tcp::socket socket) {
    if (!acceptor->is_open()) return;
    if (!error) {
      take_in(std::move(socket));
      return accept();
    }
    // Out of descriptors or memory: the connection waits in the backlog until there are some.
    accept_timer->expires_after(kAcceptAgain);
    accept_timer->async_wait([this](const ErrorCode& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void RemoteDoor::Impl::take_in(tcp::socket socket) {
  const auto is_half_open = [](const auto& session) { return session->half_open(); };
  if (std::ranges::count_if(sessions, is_half_open) >= static_cast<std::ptrdiff_t>(kMaxHandshakes)) {
    (*std::ranges::find_if(sessions, is_half_open))->close(RemoteEnd::crowded);
  }
  if (sessions.size() >= kMaxConnections + kMaxHandshakes) return count(RemoteEnd::crowded);
  sessions.push_back(std::make_shared<RemoteSession>(std::move(socket), *context, tools.clock, *this));
  sessions.back()->start();
}

// Inside the handshake, before anything of the client is read.
bool RemoteDoor::Impl::welcome(const tls::KeyId& client) {
  if (tools.tokens.pass_of(client)) return true;
  denials.note(tls::to_text(client), "", unknown_client(client));
  return false;
}

tl::expected<RemotePass, RemoteEnd> RemoteDoor::Impl::admit(const tls::KeyId& client) {
  const std::optional<RemotePass> pass = tools.tokens.pass_of(client);
  if (!pass) return tl::unexpected(RemoteEnd::revoked);  // since the handshake asked
  const auto let_in = [](const auto& session) { return session->client().has_value(); };
  const auto same = [&](const auto& session) { return session->client() == client; };
  const auto all = static_cast<std::size_t>(std::ranges::count_if(sessions, let_in));
  const auto its_own = static_cast<std::size_t>(std::ranges::count_if(sessions, same));
  if (all >= kMaxConnections || its_own >= kMaxPerClient) return tl::unexpected(RemoteEnd::crowded);
  connections.add(1);
  return *pass;
}

bool RemoteDoor::Impl::reserve(std::size_t bytes) {
  if (held + bytes > kMaxBytes) return false;
  held += bytes;
  return true;
}

void RemoteDoor::Impl::not_the_token(const tls::KeyId& client) {
  count(RemoteEnd::wrong_token);
  denials.note(tls::to_text(client), "",
               make_error(Code::unauthenticated, "supervisor.wrong_token", "it shows another token than its own"));
}

void RemoteDoor::Impl::ended(const RemoteSession& session, RemoteEnd end) {
  if (session.client()) connections.add(-1);
  if (end == RemoteEnd::handshake) {
    denials.note({}, "",
                 make_error(Code::unauthenticated, "remote.handshake",
                            "a connection without TLS 1.3, a certificate or NNG's greeting was closed"));
  }
  // Each wrong token has been counted.
  if (end != RemoteEnd::wrong_token) count(end);
  std::erase_if(sessions, [&](const auto& each) { return each.get() == &session; });
}

void RemoteDoor::Impl::judge_again() {
  const auto held_by = sessions;  // closing takes them out
  for (const auto& session : held_by) {
    if (session->client() && tools.tokens.pass_of(*session->client()) != session->pass()) {
      session->close(RemoteEnd::revoked);
    }
  }
}

void RemoteDoor::Impl::finish() {
  if (std::exchange(finished, true)) return;
  tools.tokens.on_revoked(nullptr);
  std::promise<void> closed;
  office.post([&] {
    close_all();
    closed.set_value();
  });
  closed.get_future().wait();
  office.close();
}

void RemoteDoor::Impl::close_all() {
  ErrorCode ignored;
  if (acceptor) acceptor->close(ignored);
  if (accept_timer) accept_timer->cancel();
  const auto all = sessions;  // closing takes them out
  for (const auto& session : all) session->close(RemoteEnd::gone);
}

Result<std::unique_ptr<RemoteDoor>> RemoteDoor::open(const RemoteDoorConfig& config, const Tools& tools) {
  auto impl = std::make_unique<Impl>(config, tools);
  if (Status opened = impl->open(); !opened) return fail(std::move(opened.error()));
  return std::unique_ptr<RemoteDoor>(new RemoteDoor(std::move(impl)));
}

RemoteDoor::RemoteDoor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RemoteDoor::~RemoteDoor() { finish(); }

Status RemoteDoor::serve() {
  Result<std::unique_ptr<RemoteBridge>> bridge = RemoteBridge::open(impl_->config.front_url);
  if (!bridge) return fail(std::move(bridge.error()));
  impl_->bridge = std::move(*bridge);
  impl_->tools.tokens.on_revoked([impl = impl_.get()] { impl->office.post([impl] { impl->judge_again(); }); });
  impl_->office.post([impl = impl_.get()] { impl->accept(); });
  return {};
}

void RemoteDoor::finish() { impl_->finish(); }

const std::string& RemoteDoor::url() const { return impl_->url; }

std::string RemoteDoor::fingerprint() const { return tls::to_text(impl_->id); }

}  // namespace status::gateway
