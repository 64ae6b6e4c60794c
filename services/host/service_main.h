// The main function of every module that is a process of its own.
#pragma once

#include "services/host/module.h"

namespace status::host {

// Reads the bootstrap from descriptor 3, runs the module until it is told to stop or the supervisor is gone, and
// returns its exit code: 0 asked to stop, 70 its own fault, 78 its configuration (WIRE.md section 5). Started by hand
// it explains itself and returns 64.
int service_main(const ModuleDefinition& definition);

}  // namespace status::host
