// chain as a module: what its main, or a node inside one process, places.
#pragma once

#include "services/host/module.h"

namespace status::chain {

host::ModuleDefinition module();

}  // namespace status::chain
