#include "tests/unit/layout/manifests.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "ipc/base/codec.h"

namespace status::test {
namespace {

// What statusd finds by itself; others are off until somebody puts them into a node.
bool is_builtin(const ManifestFile& file) { return std::filesystem::path(file.path).filename() == "module.toml"; }

std::string folder_of(const ManifestFile& file) { return std::filesystem::path(file.path).parent_path().string(); }

}  // namespace

std::vector<ManifestFile> read_manifests() {
  std::vector<ManifestFile> files;
  for (const SourceFile& file : read_source_tree()) {
    const bool is_script = file.path.ends_with("/fake.toml");  // of a stand-in
    if (!file.path.ends_with(".toml") || is_script || is_in(file.path, "tests")) continue;
    const auto document = read_toml_file(source_root() + "/" + file.path);
    if (!document) throw std::runtime_error(document.error().message);
    auto manifest = supervisor::parse_manifest(*document, file.path);
    if (!manifest) throw std::runtime_error(manifest.error().message);
    files.push_back({file.path, std::move(*manifest)});
  }
  return files;
}

std::vector<BuiltinModule> read_builtin_modules() {
  std::vector<BuiltinModule> modules;
  for (ManifestFile& file : read_manifests()) {
    if (is_builtin(file)) modules.push_back({folder_of(file), std::move(file.manifest)});
  }
  std::sort(modules.begin(), modules.end(),
            [](const BuiltinModule& a, const BuiltinModule& b) { return a.manifest.name < b.manifest.name; });
  return modules;
}

Requirements requirements_of(const std::vector<BuiltinModule>& modules) {
  const std::vector<ManifestFile> manifests = read_manifests();
  Requirements result;
  for (const BuiltinModule& module : modules) {
    auto& folders = result[module.folder];
    for (const supervisor::Requirement& requirement : module.manifest.requires_) {
      for (const ManifestFile& other : manifests) {
        if (other.manifest.name == requirement.module) folders.insert(folder_of(other));
      }
    }
  }
  return result;
}

}  // namespace status::test
