// What a module runs with, as others may see it. Pure; any thread.
#pragma once

#include "ipc/base/value.h"
#include "supervisor/plan/blueprint.h"

namespace status::supervisor {

// Settings that nobody here knows: texts become their length, numbers and booleans stay.
Value hidden_texts(const Value& value);

// {backend, sandbox, restart, timeouts, limits, settings}: what is statusd's own as it is, the module's settings with
// their texts hidden.
Value shown_settings(const ModulePlan& plan, const Configuration& configuration);

}  // namespace status::supervisor
