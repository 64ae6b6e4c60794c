// storage as a module: what its main, or a node inside one process, places.
#pragma once

#include "services/host/module.h"

namespace status::storage {

host::ModuleDefinition module();

}  // namespace status::storage
