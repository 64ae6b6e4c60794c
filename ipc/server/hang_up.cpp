#include "ipc/server/hang_up.h"

#include <nng/nng.h>
#include <sys/socket.h>

#include "ipc/server/peers.h"
#include "ipc/server/socket_census.h"

namespace status::ipc {
void hang_up(const std::string& url, std::uint64_t client, std::uint32_t pipe) {
  if (!url.starts_with("ipc://") || !Peers::is_process(client)) {
    nng_pipe one = NNG_PIPE_INITIALIZER;
    one.id = pipe;
    nng_pipe_close(one);
    return;
  }
  for (const SocketCensus::Entry& socket : count_sockets_at(url.substr(6)).accepted) {
    if (socket.process == client) ::shutdown(socket.descriptor, SHUT_RDWR);
  }
}

}  // namespace status::ipc
