// The main function of every module that is a process of its own.
#pragma once

#include <functional>

#include "ipc/control/control_line.h"
#include "services/host/module.h"

namespace status::host {

// Reads the bootstrap from descriptor 3, runs the module until it is told to stop or the supervisor is gone, and
// returns its exit code: 0 asked to stop, 70 its own fault, 78 its configuration (WIRE.md section 5). Started by hand
// it explains itself and returns 64.
int service_main(const ModuleDefinition& definition);

// The same for a module that is known only from its bootstrap. An error of `define` ends it as one of make() does.
using DefineModule = std::function<Result<ModuleDefinition>(const ipc::control::Bootstrap&)>;
int service_main(const DefineModule& define);

// The same for one that may take its time to start, as somebody else's library does: the supervisor is answered
// meanwhile, and a module that is told to stop leaves at once. What starts it is a thread that ends when that is done.
int service_main_beside(const ModuleDefinition& definition);

}  // namespace status::host
