#include "supervisor/statusd/protection.h"

#include <unistd.h>

namespace status::supervisor {
namespace {

// WIRE.md section 4: its run directory and its profile folder. What else it has of the node's files is named here.
FileGrants grants_of(const ModulePlan& plan, const NodePaths& paths) {
  const std::string& name = plan.manifest.name;
  FileGrants grants{.writable = {paths.run_of(name), paths.data_of(name)}, .readable = {plan.folder, plan.executable}};
  // The dashboard shows the ends of logs and the crash records.
  if (name == kGateway) grants.shown = {paths.token(), paths.logs(), paths.crash()};
  if (name == "keys") grants.writable.push_back(paths.node_key());
  return grants;
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

Result<ModuleProtection> Protection::prepare(const ModulePlan& plan, ModuleProtection ahead) {
  ModuleProtection out;
  auto sandbox = sandboxes_.prepare(plan.manifest.sandbox, grants_of(plan, paths_), std::move(ahead.sandbox));
  if (!sandbox) return fail(sandbox.error());
  out.sandbox = std::move(*sandbox);
  if (!cgroup_.usable()) return out;
  auto group = cgroup_.group_of(plan.manifest.name, {.memory_bytes = plan.manifest.data_bytes});
  if (!group) return fail(group.error());
  out.cgroup = std::move(*group);
  return out;
}

std::vector<std::string> Protection::missing(const ModulePlan& plan) const {
  std::vector<std::string> out = sandboxes_.missing(plan.manifest.sandbox);
  if (!cgroup_.usable()) out.push_back("memory.max and pids.max are not set: " + cgroup_.why_not());
  if (::access("/proc/self/oom_score_adj", W_OK) != 0) {
    out.emplace_back("oom_score_adj is not set: there is no /proc/self/oom_score_adj to write to");
  }
  return out;
}

std::string memory_warning(const std::vector<ModulePlan>& modules, std::uint64_t available) {
  std::uint64_t sum = 0;
  for (const ModulePlan& plan : modules) sum += plan.manifest.memory_bytes;
  if (available == 0 || sum <= available) return {};
  return "the memory limits of all modules are " + mebibytes(sum) + " together, this machine or container has " +
         mebibytes(available) + ": the kernel may end a module before its limit restarts it; lower limits.memory_bytes";
}

}  // namespace status::supervisor
