// The manifests of the built-in modules as the checkout has them. Any thread.
#pragma once

#include <string>
#include <vector>

#include "supervisor/tree/manifest.h"
#include "tests/unit/layout/rules.h"

namespace status::test {

struct BuiltinModule {
  std::string folder;  // "services/features/keys"
  supervisor::Manifest manifest;
};

// By name. Throws with the parser's message when one of them is wrong.
std::vector<BuiltinModule> read_builtin_modules();

Requirements requirements_of(const std::vector<BuiltinModule>& modules);

}  // namespace status::test
