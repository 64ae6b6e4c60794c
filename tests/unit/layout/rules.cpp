#include "tests/unit/layout/rules.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace status::test {
namespace {

struct Folder {
  std::string_view path;
  std::vector<std::string_view> may_include;
};

// The first that holds the file decides.
const std::vector<Folder>& folders() {
  static const std::vector<Folder> kFolders = {
      {"ipc/base", {"ipc/base"}},
      {"ipc/control", {"ipc/base", "ipc/control"}},
      {"ipc", {"ipc"}},
      {"metrics", {"ipc", "metrics"}},
      {"supervisor/tree", {"ipc/base", "ipc/control", "supervisor/tree"}},
      {"supervisor/plan", {"ipc/base", "supervisor/tree", "supervisor/plan", "supervisor/cli/statusd_options.h"}},
      {"supervisor/process",
       {"ipc/base", "ipc/control", "supervisor/tree", "supervisor/plan/node_paths.h", "supervisor/process"}},
      {"supervisor/statusd/main.cpp", {"supervisor/statusd/statusd.h", "supervisor/cli/statusd_options.h"}},
      {"supervisor/statusd",
       {"ipc/base", "ipc/control", "supervisor/tree", "supervisor/plan", "supervisor/process", "supervisor/statusd",
        "supervisor/cli/statusd_options.h"}},
      {"supervisor/records", {"ipc/base", "supervisor/records"}},
      {"supervisor/gateway", {"ipc", "metrics", "supervisor/records", "supervisor/gateway"}},
      {"supervisor/cli",
       {"ipc", "metrics", "supervisor/tree", "supervisor/plan", "supervisor/records", "supervisor/cli"}},
      {"services/host", {"ipc", "metrics", "services/host"}},
      {"tests", {"ipc", "metrics", "supervisor", "services", "tests"}},
  };
  return kFolders;
}

// "services/chat/crypto/x.h" → "services/chat", "services/features/keys/x.h" → "services/features/keys".
std::string module_folder(std::string_view path) {
  const std::string_view group = is_in(path, "services/features") ? "services/features/" : "services/";
  return std::string(path.substr(0, path.find('/', group.size())));
}

bool may_include(const std::string& path, const std::string& target, const Requirements& requirements) {
  for (const Folder& folder : folders()) {
    if (!is_in(path, folder.path)) continue;
    return std::any_of(folder.may_include.begin(), folder.may_include.end(),
                       [&](std::string_view allowed) { return is_in(target, allowed); });
  }
  if (!is_in(path, "services")) return false;
  const std::string own = module_folder(path);
  const std::string other = module_folder(target);
  if (is_in(target, "ipc") || is_in(target, "metrics") || is_in(target, "services/host") || own == other) return true;
  const auto required = requirements.find(own);
  return target == other + "/api.h" && required != requirements.end() && required->second.count(other) == 1;
}

std::string at(const SourceFile& file, const Include& include) {
  return file.path + ":" + std::to_string(include.line) + ": includes " + include.target;
}

}  // namespace

std::vector<std::string> include_violations(const SourceFile& file, const Requirements& requirements) {
  std::vector<std::string> violations;
  for (const Include& include : includes_of(file)) {
    if (include.rooted && !may_include(file.path, include.target, requirements))
      violations.push_back(at(file, include));
  }
  return violations;
}

std::vector<std::string> heavy_header_violations(const SourceFile& file) {
  constexpr std::array<std::string_view, 4> kHeavy = {"msgpack", "nlohmann/", "toml++/", "CLI/"};
  const bool allowed = !file.is_header() && (is_in(file.path, "ipc") || is_in(file.path, "services/host") ||
                                             is_in(file.path, "supervisor/cli"));
  std::vector<std::string> violations;
  for (const Include& include : includes_of(file)) {
    const auto starts = [&](std::string_view library) { return include.target.starts_with(library); };
    if (!allowed && !include.rooted && std::any_of(kHeavy.begin(), kHeavy.end(), starts)) {
      violations.push_back(at(file, include));
    }
  }
  return violations;
}

}  // namespace status::test
