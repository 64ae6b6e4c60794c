#include "ipc/server/hang_up.h"

#include <nng/nng.h>
#include <sys/socket.h>

#include <limits>

#include "ipc/server/socket_census.h"

namespace status::ipc {
namespace {

bool is_of(int descriptor, std::uint64_t process) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         static_cast<std::uint64_t>(peer.pid) == process;
}

}  // namespace

void hang_up(const std::string& url, std::uint64_t client, std::uint32_t pipe) {
  if (!url.starts_with("ipc://") || client > std::numeric_limits<std::uint32_t>::max()) {
    nng_pipe one = NNG_PIPE_INITIALIZER;
    one.id = pipe;
    nng_pipe_close(one);
    return;
  }
  for (const SocketCensus::Entry& socket : count_sockets_at(url.substr(6)).accepted) {
    if (is_of(socket.descriptor, client)) ::shutdown(socket.descriptor, SHUT_RDWR);
  }
}

}  // namespace status::ipc
