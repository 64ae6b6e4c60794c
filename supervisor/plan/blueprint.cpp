#include "supervisor/plan/blueprint.h"

#include <algorithm>
#include <filesystem>

#include "ipc/base/codec.h"
#include "supervisor/tree/grants.h"
#include "supervisor/tree/graph.h"

namespace status::supervisor {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> wrong(std::string message) {
  return fail(Code::invalid_argument, "supervisor.bad_configuration", std::move(message));
}

std::string find_executable(const Manifest& manifest, const std::string& directory, const std::string& bin_dir) {
  if (manifest.executable.starts_with('/')) return manifest.executable;
  const std::string beside = directory + "/" + manifest.executable;
  std::error_code error;
  return fs::is_regular_file(beside, error) ? beside : bin_dir + "/" + manifest.executable;
}

// Every DIR/<name>/module.toml, by name.
Status read_manifests(const std::string& directory, const std::string& bin_dir, std::vector<ModulePlan>& out) {
  std::vector<std::string> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (fs::exists(entry.path() / "module.toml", error)) folders.push_back(entry.path().string());
  }
  std::sort(folders.begin(), folders.end());
  for (const std::string& folder : folders) {
    const std::string file = folder + "/module.toml";
    const auto document = read_toml_file(file);
    if (!document) return fail(document.error());
    auto manifest = parse_manifest(*document, file);
    if (!manifest) return fail(manifest.error());
    if (fs::path(folder).filename() != manifest->name) {
      return wrong(file + ": the module is called " + manifest->name + ", so its folder must be, too");
    }
    const auto same = [&](const ModulePlan& other) { return other.manifest.name == manifest->name; };
    if (std::any_of(out.begin(), out.end(), same)) return wrong(file + ": there is a built-in module of that name");
    ModulePlan plan{.manifest = std::move(*manifest), .folder = folder};
    plan.executable = find_executable(plan.manifest, folder, bin_dir);
    out.push_back(std::move(plan));
  }
  return {};
}

Result<Value> read_document(const NodePaths& paths, const StatusdOptions& options) {
  Value document = Value::Map();
  const std::string file = options.config.empty() ? paths.configuration() : options.config;
  auto read = read_toml_file(file);
  if (read) {
    document = std::move(*read);
  } else if (!options.config.empty() || read.error().code != Code::not_found) {
    return fail(read.error());
  }
  for (const std::string& setting : options.settings) {
    if (auto applied = apply_override(document, setting); !applied) return fail(applied.error());
  }
  return document;
}

Result<Grants> read_grants(const NodePaths& paths) {
  const auto document = read_toml_file(paths.grants());
  if (!document && document.error().code == Code::not_found) return Grants();
  if (!document) return fail(document.error());
  return Grants::parse(*document, paths.grants());
}

bool is_enabled(const ModulePlan& plan, const Configuration& configuration) {
  if (plan.manifest.name == kGateway) {
    const auto own = configuration.modules_settings.find(plan.manifest.name);
    return own == configuration.modules_settings.end() || own->second.bool_or("enabled", true);
  }
  // What is of no use on a fresh machine says so in its manifest: `enabled = false` of its [settings].
  if (!configuration.modules) return configuration.settings_of(plan.manifest).bool_or("enabled", true);
  const auto& enabled = *configuration.modules;
  return std::find(enabled.begin(), enabled.end(), plan.manifest.name) != enabled.end();
}

// What the gateway listens on with TCP decides whether it has a network at all.
void fit_sandbox(Manifest& gateway, const Configuration& configuration) {
  const bool listens = !configuration.metrics_listen.empty() || !configuration.remote_listen.empty();
  if (!listens && gateway.sandbox == Sandbox::network) gateway.sandbox = Sandbox::local;
}

Status check_graph(const std::vector<ModulePlan>& modules) {
  std::vector<GraphNode> nodes;
  for (const ModulePlan& plan : modules) {
    GraphNode node{.name = plan.manifest.name, .requires_ = {}};
    for (const Requirement& requirement : plan.manifest.requires_) node.requires_.push_back(requirement.module);
    nodes.push_back(std::move(node));
  }
  if (auto waves = start_waves(nodes); !waves) return fail(waves.error());
  return {};
}

}  // namespace

std::vector<std::string> Blueprint::names() const {
  std::vector<std::string> out;
  for (const ModulePlan& plan : modules) out.push_back(plan.manifest.name);
  return out;
}

std::vector<TreeModule> Blueprint::tree() const {
  const std::vector<std::string> all = names();
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin());
  };
  std::vector<TreeModule> out;
  for (const ModulePlan& plan : modules) out.push_back(to_tree_module(plan, configuration, index_of));
  return out;
}

TreeModule to_tree_module(const ModulePlan& plan, const Configuration& configuration,
                          const std::function<std::size_t(const std::string&)>& index_of) {
  const Manifest& manifest = plan.manifest;
  TreeModule module{.name = manifest.name, .front = manifest.name == kGateway};
  module.rules = {manifest.start_timeout, manifest.stop_timeout, configuration.restart_of(manifest)};
  for (const Requirement& requirement : manifest.requires_) {
    module.requires_.push_back({index_of(requirement.module), requirement.restart_with_it});
  }
  return module;
}

std::vector<std::string> ModulePlan::ungranted() const {
  std::vector<std::string> out;
  for (const Requirement& wish : manifest.requires_) {
    const auto same = [&](const Requirement& edge) { return edge.module == wish.module; };
    if (std::none_of(edges.begin(), edges.end(), same)) out.push_back(wish.module);
  }
  return out;
}

Result<Installation> Installation::find() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail(Code::internal, "supervisor.installation", "/proc/self/exe: " + error.message());
  const fs::path bin = self.parent_path();
  // The kernel marks one that was replaced meanwhile; what is meant is the place.
  std::string executable = self.string();
  constexpr std::string_view kGone = " (deleted)";
  if (executable.ends_with(kGone)) executable.resize(executable.size() - kGone.size());
  return Installation{executable, bin.string(), (bin.parent_path() / "share/status/modules").string()};
}

Result<Blueprint> load_blueprint(const NodePaths& paths, const Installation& installation,
                                 const StatusdOptions& options) {
  std::vector<ModulePlan> built_in;
  if (auto read = read_manifests(installation.modules_dir, installation.bin_dir, built_in); !read)
    return fail(read.error());
  std::vector<ModulePlan> all = built_in;
  if (auto read = read_manifests(paths.third_party(), installation.bin_dir, all); !read) return fail(read.error());

  auto document = read_document(paths, options);
  if (!document) return fail(document.error());
  std::vector<std::string> names;
  for (const ModulePlan& plan : all) names.push_back(plan.manifest.name);
  const std::string file = options.config.empty() ? paths.configuration() : options.config;
  auto configuration = parse_configuration(*document, file, names);
  if (!configuration) return fail(configuration.error());

  const auto grants = read_grants(paths);
  if (!grants) return fail(grants.error());
  configuration->allow_faults = options.allow_faults;
  Blueprint blueprint{.configuration = std::move(*configuration), .modules = {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i < built_in.size() && !is_enabled(all[i], blueprint.configuration)) continue;
    all[i].settings = blueprint.configuration.settings_of(all[i].manifest);
    all[i].backend = blueprint.configuration.backend_of(all[i].manifest);
    all[i].ours = i < built_in.size();
    std::vector<Requirement>& wishes = all[i].manifest.requires_;
    std::erase_if(wishes,
                  [&](const Requirement& wish) { return !wish.backend.empty() && wish.backend != all[i].backend; });
    all[i].edges = all[i].ours ? wishes : grants->narrow(all[i].manifest.name, wishes);
    const bool front = all[i].manifest.name == kGateway;
    if (front) fit_sandbox(all[i].manifest, blueprint.configuration);
    blueprint.modules.insert(front ? blueprint.modules.begin() : blueprint.modules.end(), std::move(all[i]));
  }
  if (blueprint.modules.size() > kMaxModules) {
    return wrong("this node has " + std::to_string(blueprint.modules.size()) + " modules; " +
                 std::to_string(kMaxModules) + " are possible");
  }
  if (auto checked = check_graph(blueprint.modules); !checked) return fail(checked.error());
  return blueprint;
}

}  // namespace status::supervisor
