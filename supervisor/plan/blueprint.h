// Everything that is decided before the first process starts: which modules there are, what each is made of and
// configured with. Reads files, changes nothing. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "supervisor/cli/statusd_options.h"
#include "supervisor/plan/node_paths.h"
#include "supervisor/tree/configuration.h"
#include "supervisor/tree/manifest.h"
#include "supervisor/tree/tree.h"

namespace status::supervisor {

inline constexpr std::string_view kGateway = "gateway";

struct ModulePlan {
  Manifest manifest;
  std::string folder;      // of module.toml; absolute
  std::string executable;  // absolute
  Value settings;          // map; what bootstrap.config carries
  std::string backend;
  bool ours = true;                // not of modules.d/
  std::vector<Requirement> edges;  // whom it may call: what it requires, for one that is not ours as far as granted

  // What it requires and may not call.
  std::vector<std::string> ungranted() const;
};

struct Blueprint {
  Configuration configuration;
  std::vector<ModulePlan> modules;  // the gateway first, if it is enabled

  std::vector<std::string> names() const;
  std::vector<TreeModule> tree() const;
};

// The tree's view of one module, whose requirements have the indices that `index_of` gives.
TreeModule to_tree_module(const ModulePlan& plan, const Configuration& configuration,
                          const std::function<std::size_t(const std::string&)>& index_of);

// Where the built-in manifests and executables are, relative to statusd's own executable.
struct Installation {
  std::string executable;  // statusd's own
  std::string bin_dir;
  std::string modules_dir;  // <bin_dir>/../share/status/modules

  static Result<Installation> find();
};

// The most modules of one node: all their rows go into one control line.
inline constexpr std::size_t kMaxModules = 64;

// Manifests of the installation and of modules.d/, node.toml, --set, grants.toml; the graph is checked. Errors name
// file, line and key.
Result<Blueprint> load_blueprint(const NodePaths& paths, const Installation& installation,
                                 const StatusdOptions& options);

}  // namespace status::supervisor
