// A death explained on one screen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "supervisor/cli/statusctl/screen.h"

namespace status::cli {

// Methods that were in flight in more than one of the deaths: [{method, deaths, of}], the most often first.
Value::Array repeated_methods(const std::vector<Value>& crashes);

// Lines for each part but the stack, to which a third of the screen goes.
std::size_t small_share(const Screen& screen);

// The newest death. `repeated` as above.
void show_crash(Screen& screen, const Value& crash, const Value::Array& repeated);

}  // namespace status::cli
