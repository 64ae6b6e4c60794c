// keys as a module: what its main, or a node inside one process, places.
#pragma once

#include "services/host/module.h"

namespace status::keys {

host::ModuleDefinition module();

}  // namespace status::keys
