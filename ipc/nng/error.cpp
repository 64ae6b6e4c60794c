#include "ipc/nng/error.h"

#include <string>

namespace status::ipc {

Error nng_error(int result, std::string_view what) {
  std::string message(what);
  message.append(": ").append(nng_strerror(result));
  switch (result) {
    case NNG_ETIMEDOUT:
      return make_error(Code::deadline_exceeded, "ipc.deadline", std::move(message));
    case NNG_ECANCELED:
      return make_error(Code::cancelled, "ipc.cancelled", std::move(message));
    case NNG_ECLOSED:
    case NNG_ECONNRESET:
    case NNG_ECONNSHUT:
    case NNG_ECONNREFUSED:
    case NNG_ECONNABORTED:
    case NNG_ENOENT:
      return make_retryable(Code::unavailable, "ipc.connection_lost", std::move(message));
    case NNG_EMSGSIZE:
    case NNG_ENOMEM:
      return make_error(Code::resource_exhausted, "ipc.limit", std::move(message));
    default:
      return make_error(Code::internal, "ipc.nng", std::move(message));
  }
}

}  // namespace status::ipc
