// NNG's error numbers as Errors.
#pragma once

#include <nng/nng.h>

#include <string_view>

#include "ipc/base/error.h"

namespace status::ipc {

// ETIMEDOUT → DEADLINE_EXCEEDED, ECANCELED → CANCELLED, a lost or refused connection → UNAVAILABLE (retryable),
// EMSGSIZE and ENOMEM → RESOURCE_EXHAUSTED, the rest INTERNAL. `what` starts the message: "call chat.send_message".
Error nng_error(int result, std::string_view what);

}  // namespace status::ipc
