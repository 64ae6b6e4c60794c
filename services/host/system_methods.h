// `_sys.describe`, `_sys.health` and `_sys.metrics`, which every module answers whatever its workers are doing.
#pragma once

#include <atomic>

#include "ipc/api/interface.h"
#include "ipc/server/server.h"
#include "metrics/instruments.h"

namespace status::host {

// `locked` says whether the module waits for its key. The arguments outlive the server.
void serve_system_methods(ipc::Server& server, const api::Interface& interface, metrics::Instruments& instruments,
                          const std::atomic<bool>& locked);

}  // namespace status::host
