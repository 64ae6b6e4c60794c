// `_sys.describe`, `_sys.health` and `_sys.metrics`, which every module answers whatever its workers are doing.
#pragma once

#include <atomic>

#include "ipc/api/interface.h"
#include "ipc/server/server.h"
#include "metrics/instruments.h"
#include "services/host/module_context.h"

namespace status::host {

// `locked` says whether the module waits for its key. The arguments outlive the server.
void serve_system_methods(ipc::Server& server, const api::Interface& interface, metrics::Instruments& instruments,
                          const std::atomic<bool>& locked);

// `_sys.set_faults {faults}`, of a node that was started with --allow-faults: puts those faults into this module and no
// others. Only the gateway may. INVALID_ARGUMENT (`host.unknown_method`) for a method that the module does not have.
// While there are any the module is degraded.
void serve_faults(ModuleContext& context, const api::Interface& interface);

}  // namespace status::host
