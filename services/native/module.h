// The host of a foreign library as a module: what its main places.
#pragma once

#include "services/host/module.h"

namespace status::native {

host::ModuleDefinition module();

}  // namespace status::native
