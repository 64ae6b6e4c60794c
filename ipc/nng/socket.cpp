#include "ipc/nng/socket.h"

#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include "ipc/nng/error.h"
#include "ipc/nng/task_threads.h"
#include "ipc/wire/limits.h"

namespace status::ipc {
namespace {

// NNG counts its own header, one request id per hop, into the size of a message.
constexpr std::size_t kNngHeader = 64;

Result<Socket> open(int (*opener)(nng_socket*), std::size_t max_message) {
  keep_one_task_thread();
  nng_socket raw = NNG_SOCKET_INITIALIZER;
  if (const int rv = opener(&raw); rv != 0) return fail(nng_error(rv, "open an NNG socket"));
  Socket socket(raw);
  if (const int rv = nng_socket_set_size(raw, NNG_OPT_RECVMAXSZ, max_message + kNngHeader); rv != 0) {
    return fail(nng_error(rv, "limit the message size"));
  }
  return socket;
}

}  // namespace

Result<Socket> Socket::reply(std::size_t max_message) { return open(nng_rep0_open, max_message); }

Result<Socket> Socket::request() {
  Result<Socket> socket = open(nng_req0_open, kMaxMessage);
  if (!socket) return socket;
  const std::pair<const char*, nng_duration> settings[] = {
      {NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE}, {NNG_OPT_RECONNMINT, 10}, {NNG_OPT_RECONNMAXT, 250}};
  for (const auto& [name, value] : settings) {
    if (const int rv = nng_socket_set_ms(socket->get(), name, value); rv != 0) return fail(nng_error(rv, name));
  }
  return socket;
}

}  // namespace status::ipc
