// Everything that is decided before the first process starts: which modules there are, what each is made of and
// configured with. Reads files, changes nothing. One thread.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "supervisor/cli/statusd_options.h"
#include "supervisor/process/run_directory.h"
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
};

struct Blueprint {
  Configuration configuration;
  std::vector<ModulePlan> modules;  // the gateway first, if it is enabled

  std::vector<std::string> names() const;
  std::vector<TreeModule> tree() const;
};

// Where the built-in manifests and executables are, relative to statusd's own executable.
struct Installation {
  std::string bin_dir;
  std::string modules_dir;  // <bin_dir>/../share/status/modules

  static Result<Installation> find();
};

// The most modules of one node: all their rows go into one control line.
inline constexpr std::size_t kMaxModules = 64;

// Manifests of the installation and of modules.d/, node.toml, --set; the graph is checked. Errors name file, line and
// key.
Result<Blueprint> load_blueprint(const NodePaths& paths, const Installation& installation,
                                 const StatusdOptions& options);

}  // namespace status::supervisor
