#include "ipc/server/peers.h"

#include <unistd.h>

#include <string>

#include "ipc/base/clock.h"

namespace status::ipc {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
// Above every process id.
constexpr std::uint64_t kNameless = 1ULL << 32U;

std::uint64_t option_of(nng_pipe pipe, const char* option) {
  std::uint64_t value = 0;
  return nng_pipe_get_uint64(pipe, option, &value) == 0 ? value : 0;
}

}  // namespace

Status Peers::admit(nng_pipe pipe) {
  std::uint64_t uid = 0;
  if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) == 0 && uid != ::geteuid()) {
    return fail(Code::permission_denied, "ipc.other_user",
                "a process of uid " + std::to_string(uid) + " connected: only those of this node's user may");
  }
  // 0: of another container. Connections within this process are clients of their own.
  const std::uint64_t pid = option_of(pipe, NNG_OPT_IPC_PEER_PID);
  const bool named = pid != 0 && pid != static_cast<std::uint64_t>(::getpid());
  const auto id = nng_pipe_id(pipe);
  const std::lock_guard lock(mutex_);
  const std::uint64_t key = named ? pid : client_of_locked(id);
  std::erase_if(clients_, [](const auto& entry) { return entry.second.connections == 0 && !is_dropped(entry.second); });
  Client& client = clients_[key];
  if (is_dropped(client)) {
    return fail(Code::permission_denied, "ipc.dropped",
                "process " + std::to_string(pid) + " was dropped for what it sent, and connects again at once");
  }
  if (client.connections >= kMostConnections) {
    return fail(Code::resource_exhausted, "ipc.too_many_connections",
                "process " + std::to_string(pid) + " has " + std::to_string(kMostConnections) +
                    " connections already: one carries any number of calls");
  }
  ++client.connections;
  client_by_pipe_[id] = key;
  return {};
}

void Peers::forget(nng_pipe pipe) {
  const std::lock_guard lock(mutex_);
  const auto known = client_by_pipe_.find(nng_pipe_id(pipe));
  if (known == client_by_pipe_.end()) return;
  const auto client = clients_.find(known->second);
  if (--client->second.connections == 0 && !is_dropped(client->second)) clients_.erase(client);
  client_by_pipe_.erase(known);
}

std::map<std::uint64_t, std::size_t> Peers::connections() const {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, std::size_t> out;
  for (const auto& [key, client] : clients_) out[is_process(key) ? key : 0] += client.connections;
  return out;
}

std::uint64_t Peers::client_of(int pipe) const {
  const std::lock_guard lock(mutex_);
  return client_of_locked(pipe);
}

std::uint64_t Peers::client_of_locked(int pipe) const {
  const auto known = client_by_pipe_.find(pipe);
  return known != client_by_pipe_.end() ? known->second : kNameless | static_cast<std::uint32_t>(pipe);
}

bool Peers::is_process(std::uint64_t client) { return client < kNameless; }

bool Peers::is_dropped(const Client& client) {
  return client.offences > kMostOffences && monotonic_ns() - client.since_ns <= kSecondNs;
}

std::uint32_t Peers::offended(std::uint64_t client) {
  const std::uint64_t now = monotonic_ns();
  const std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  if (known == clients_.end()) return 0;  // it is gone
  Client& offender = known->second;
  if (now - offender.since_ns > kSecondNs) {
    offender.since_ns = now;
    offender.offences = 0;
  }
  ++offender.offences;
  return offender.offences > kMostOffences ? offender.offences - kMostOffences : 0;
}

}  // namespace status::ipc
