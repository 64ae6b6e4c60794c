#include "ipc/server/listener.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "ipc/nng/error.h"
#include "ipc/nng/socket.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

constexpr std::chrono::milliseconds kDialPatience{100};

// Runs before the pipe is added to the socket: closing it here means that nothing of the peer is ever read.
void refuse_other_users(nng_pipe pipe, nng_pipe_ev, void*) {
  std::uint64_t uid = 0;
  if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &uid) == 0 && uid != ::geteuid()) nng_pipe_close(pipe);
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

bool listens_at(int descriptor, const std::string& path) {
  int accepts = 0;
  socklen_t size = sizeof(accepts);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) != 0 || accepts == 0) return false;
  sockaddr_un address{};
  size = sizeof(address);
  return ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.sun_family == AF_UNIX && path == address.sun_path;
}

// NNG does not say which descriptor it listens on.
int listening_descriptor(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    if (listens_at(descriptor, path)) return descriptor;
  }
  return -1;
}

}  // namespace

Status Listener::start() {
  if (is_ipc()) {
    if (Status status = check_path(url_.substr(6)); !status) return status;
    nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_PRE, refuse_other_users, nullptr);
  }
  return open();
}

Status Listener::open() {
  if (const int rv = nng_listener_create(&listener_, socket_, url_.c_str()); rv != 0) {
    return fail(nng_error(rv, "listen on " + url_));
  }
  if (is_ipc()) nng_listener_set_int(listener_, NNG_OPT_IPC_PERMISSIONS, 0600);
  if (const int rv = nng_listener_start(listener_, 0); rv != 0) {
    nng_listener_close(listener_);
    return fail(nng_error(rv, "listen on " + url_));
  }
  descriptor_ = is_ipc() ? listening_descriptor(url_.substr(6)) : -1;
  suspect_ = false;
  return {};
}

bool Listener::connections_wait() {
  // After a restart NNG may close the old descriptor late, and its number may be somebody else's by now.
  const std::string path = url_.substr(6);
  if (descriptor_ < 0 || !listens_at(descriptor_, path)) descriptor_ = listening_descriptor(path);
  if (descriptor_ < 0) return true;
  pollfd queue{descriptor_, POLLIN, 0};
  return ::poll(&queue, 1, 0) == 1;
}

bool Listener::revive_if_lost() {
  if (!is_ipc()) return false;
  // One look may catch a connection that is just being accepted; two in a row are a suspicion.
  const bool waiting = connections_wait();
  if (!std::exchange(suspect_, waiting) || !waiting || reachable()) return false;
  nng_listener_close(listener_);
  if (open()) revivals_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool Listener::reachable() const {
  struct Arrival {
    std::mutex mutex;
    std::condition_variable changed;
    bool connected = false;
  } arrival;
  Result<Socket> probe = Socket::request();
  if (!probe) return true;  // out of descriptors is no reason to drop a listener
  nng_pipe_notify(
      probe->get(), NNG_PIPE_EV_ADD_POST,
      [](nng_pipe, nng_pipe_ev, void* argument) {
        auto* seen = static_cast<Arrival*>(argument);
        std::lock_guard lock(seen->mutex);
        seen->connected = true;
        seen->changed.notify_one();
      },
      &arrival);
  if (nng_dial(probe->get(), url_.c_str(), nullptr, NNG_FLAG_NONBLOCK) != 0) return false;
  std::unique_lock lock(arrival.mutex);
  const bool connected = arrival.changed.wait_for(lock, kDialPatience, [&] { return arrival.connected; });
  lock.unlock();
  probe->close();  // before `arrival` goes: its callback may still be running
  return connected;
}

}  // namespace status::ipc
