// An interface as an OpenRPC document: what `_sys.describe` returns and what is committed beside api.h. Any thread.
//
// Beyond the standard: `x-module`, `x-owner`, `x-events` (topic, summary, schema) at the top; per method `x-effect`,
// `x-errors` (the closed code, the reason, its meaning), `x-since`, `x-stability`, and `x-stream` for streams.
#pragma once

#include "ipc/api/interface.h"
#include "ipc/base/value.h"

namespace status::api {

Value openrpc_document(const Interface& interface);

}  // namespace status::api
