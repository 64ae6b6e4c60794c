#include "ipc/server/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "ipc/base/unique_fd.h"
#include "ipc/nng/error.h"
#include "ipc/nng/socket.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

constexpr std::chrono::milliseconds kDialPatience{100};
constexpr unsigned kMostRounds = 600;  // a minute

// For a connection to oneself. Without them a dial says nothing about the listener, and one that is replaced has lost
// its path: the new one cannot be opened.
bool descriptors_left() {
  const UniqueFd one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd two(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return one && two;
}

Status check_path(const std::string& path) {
  if (path.size() > kMaxSocketPath) {
    return fail(Code::resource_exhausted, "ipc.path_too_long",
                "the socket path " + path + " has " + std::to_string(path.size()) +
                    " bytes, the system allows 107: choose a shorter --run-dir");
  }
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) {
    return fail(Code::failed_precondition, "ipc.path_taken",
                path + " exists and is not a socket: move it away, or choose another --run-dir");
  }
  return {};
}

}  // namespace

Status Listener::start() {
  if (is_ipc()) {
    if (Status status = check_path(path()); !status) return status;
    nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_PRE, &Listener::on_pipe, this);
    nng_pipe_notify(socket_, NNG_PIPE_EV_REM_POST, &Listener::on_pipe, this);
  }
  return open();
}

void Listener::on_pipe(nng_pipe pipe, nng_pipe_ev event, void* self) {
  auto& listener = *static_cast<Listener*>(self);
  if (event == NNG_PIPE_EV_REM_POST) {
    listener.peers_.forget(pipe);
    return;
  }
  // Before the pipe is added to the socket: closing it here means that nothing of the peer is ever read.
  if (const Status admitted = listener.peers_.admit(pipe); !admitted) {
    nng_pipe_close(pipe);
    listener.refused_(admitted.error());
  }
  // One that a retired listener made late says nothing about its successor.
  if (nng_listener_id(nng_pipe_listener(pipe)) != listener.id_) return;
  std::lock_guard lock(listener.mutex_);
  ++listener.arrivals_;
  listener.arrived_.notify_all();
}

void Listener::on_probe(nng_pipe, nng_pipe_ev, void* self) {
  auto& listener = *static_cast<Listener*>(self);
  std::lock_guard lock(listener.mutex_);
  listener.probe_greeted_ = true;
  listener.arrived_.notify_all();
}

Status Listener::open() {
  if (const int rv = nng_listener_create(&listener_, socket_, url_.c_str()); rv != 0) {
    return fail(nng_error(rv, "listen on " + url_));
  }
  id_ = nng_listener_id(listener_);
  if (is_ipc()) nng_listener_set_int(listener_, NNG_OPT_IPC_PERMISSIONS, 0600);
  if (const int rv = nng_listener_start(listener_, 0); rv != 0) {
    nng_listener_close(listener_);
    return fail(nng_error(rv, "listen on " + url_));
  }
  return {};
}

bool Listener::connections_wait() const {
  pollfd queue{descriptor_, POLLIN, 0};
  return ::poll(&queue, 1, 0) == 1;
}

bool Listener::connections_stranded() {
  const SocketCensus census = count_sockets_at(path());
  descriptor_ = -1;
  for (const SocketCensus::Entry& entry : census.listening) {
    if (!retired_.contains(entry.inode)) descriptor_ = entry.descriptor;
  }
  std::map<std::uint64_t, std::set<std::uint64_t>> counted;  // by process
  for (const SocketCensus::Entry& entry : census.accepted) {
    const auto silent = silent_.find(entry.inode);
    const bool left_out = shut_.contains(entry.inode) || (silent != silent_.end() && silent->second.left > 0);
    if (!left_out) counted[entry.process].insert(entry.inode);
  }
  return !all_served(std::move(counted)) || descriptor_ < 0;
}

bool Listener::all_served(std::map<std::uint64_t, std::set<std::uint64_t>> sockets_by_process) {
  bool all = true;
  std::set<std::uint64_t> served;
  auto pipes = peers_.connections();
  for (auto& [process, sockets] : sockets_by_process) {
    // More pipes than sockets: one that was silent has got its pipe after all, or one is being closed.
    if (sockets.size() < pipes[process]) silent_.clear();
    if (sockets.size() > pipes[process]) {
      all = false;
      std::erase_if(sockets, [this](std::uint64_t inode) { return !served_.contains(inode); });
    }
    served.merge(sockets);
  }
  served_ = std::move(served);
  return all;
}

bool Listener::looks_lost() { return (descriptor_ >= 0 && connections_wait()) || connections_stranded(); }

bool Listener::revive_if_lost() {
  if (!is_ipc()) return false;
  for (auto& [inode, silence] : silent_) {
    if (silence.left > 0) --silence.left;
  }
  // One look may catch a connection that is just being made; two in a row are a suspicion.
  const bool lost = looks_lost();
  if (!std::exchange(suspect_, lost) || !lost) return false;
  if (reachable() || !descriptors_left()) {
    note_silent();
    suspect_ = false;
    return false;
  }
  replace();
  suspect_ = false;
  return true;
}

void Listener::note_silent() {
  std::map<std::uint64_t, Silence> silent;
  for (const SocketCensus::Entry& entry : count_sockets_at(path()).accepted) {
    if (served_.contains(entry.inode) || shut_.contains(entry.inode)) continue;
    Silence silence;
    if (const auto known = silent_.find(entry.inode); known != silent_.end()) {
      silence.rounds = std::min(2 * known->second.rounds, kMostRounds);
    }
    silence.left = silence.rounds;
    silent[entry.inode] = silence;
  }
  silent_ = std::move(silent);
}

void Listener::replace() {
  const SocketCensus census = count_sockets_at(path());
  ::unlink(path().c_str());
  if (!open()) return;  // the next round tries again
  revivals_.fetch_add(1, std::memory_order_relaxed);
  for (const SocketCensus::Entry& entry : census.listening) retired_.insert(entry.inode);
  for (const SocketCensus::Entry& entry : census.accepted) {
    if (served_.contains(entry.inode) || !shut_.insert(entry.inode).second) continue;
    ::shutdown(entry.descriptor, SHUT_RDWR);
  }
  silent_.clear();
  descriptor_ = -1;
}

bool Listener::reachable() {
  Result<Socket> probe = Socket::request();
  if (!probe) return true;  // out of descriptors is no reason to drop a listener
  nng_pipe_notify(probe->get(), NNG_PIPE_EV_ADD_POST, &Listener::on_probe, this);
  std::unique_lock lock(mutex_);
  probe_greeted_ = false;
  const std::uint64_t before = arrivals_;
  if (nng_dial(probe->get(), url_.c_str(), nullptr, NNG_FLAG_NONBLOCK) != 0) return false;
  // Whose pipe it is does not matter: a lost listener makes none.
  if (!arrived_.wait_for(lock, kDialPatience, [&] { return arrivals_ != before; })) return false;
  // A close does not wait for a handshake that is under way: a program that ends then leaves its memory behind.
  arrived_.wait_for(lock, kDialPatience, [&] { return probe_greeted_; });
  return true;
}

}  // namespace status::ipc
