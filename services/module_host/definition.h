// status-module-host: a module that is a shared library (services/host/native/README.md), whichever its manifest's
// `settings.library` names.
#pragma once

#include "ipc/control/control_line.h"
#include "services/host/module.h"

namespace status::module_host {

// Loads the library, for good. Errors, FAILED_PRECONDITION all: `module_host.no_setting`, and what loading and reading
// its description may have.
Result<host::ModuleDefinition> define(const ipc::control::Bootstrap& bootstrap);

}  // namespace status::module_host
