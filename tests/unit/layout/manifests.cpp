#include "tests/unit/layout/manifests.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "ipc/base/codec.h"

namespace status::test {
namespace {

// Where the manifest of a module lies that is off until somebody puts it into a node; empty: there is none.
std::string drop_in_folder(const std::string& module) {
  for (const SourceFile& file : read_source_tree()) {
    const std::filesystem::path path = file.path;
    if (is_in(file.path, "services") && path.filename() == module + ".toml") return path.parent_path().string();
  }
  return {};
}

}  // namespace

std::vector<BuiltinModule> read_builtin_modules() {
  std::vector<BuiltinModule> modules;
  for (const SourceFile& file : read_source_tree()) {
    const std::filesystem::path path = file.path;
    if (path.filename() != "module.toml" || is_in(file.path, "tests")) continue;
    const auto document = read_toml_file(source_root() + "/" + file.path);
    if (!document) throw std::runtime_error(document.error().message);
    auto manifest = supervisor::parse_manifest(*document, file.path);
    if (!manifest) throw std::runtime_error(manifest.error().message);
    modules.push_back({path.parent_path().string(), std::move(*manifest)});
  }
  std::sort(modules.begin(), modules.end(),
            [](const BuiltinModule& a, const BuiltinModule& b) { return a.manifest.name < b.manifest.name; });
  return modules;
}

Requirements requirements_of(const std::vector<BuiltinModule>& modules) {
  Requirements result;
  for (const BuiltinModule& module : modules) {
    auto& folders = result[module.folder];
    for (const supervisor::Requirement& requirement : module.manifest.requires_) {
      for (const BuiltinModule& other : modules) {
        if (other.manifest.name == requirement.module) folders.insert(other.folder);
      }
      const std::string drop_in = drop_in_folder(requirement.module);
      if (!drop_in.empty()) folders.insert(drop_in);
    }
  }
  return result;
}

}  // namespace status::test
