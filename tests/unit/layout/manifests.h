// The modules' manifests as the checkout has them. Any thread.
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

struct ManifestFile {
  std::string path;  // "services/native/waku_native.toml"
  supervisor::Manifest manifest;
};

// By path: also those of modules that are off until somebody puts them into a node. Throws with the parser's message
// when one of them is wrong.
std::vector<ManifestFile> read_manifests();

// By name. Throws with the parser's message when one of them is wrong.
std::vector<BuiltinModule> read_builtin_modules();

Requirements requirements_of(const std::vector<BuiltinModule>& modules);

}  // namespace status::test
