// What holds the modules: sandbox, limits and groups, as far as this machine can apply them, and what it cannot. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/plan/blueprint.h"
#include "supervisor/process/cgroup.h"
#include "supervisor/process/sandbox/sandboxes.h"
#include "supervisor/process/spawner.h"

namespace status::supervisor {

// For one spawn; outlives it, and ends before the Protection that made it.
struct ModuleProtection {
  ChildSandbox sandbox;
  UniqueFd cgroup;  // cgroup.procs of its group; invalid: none
};

class Protection {
 public:
  Protection(const NodePaths& paths, SandboxSupport support, Cgroup cgroup)
      : paths_(paths), sandboxes_(support), cgroup_(std::move(cgroup)) {}

  // To open all that a module may touch costs a tenth of a restart: what was prepared `ahead` is used where it still
  // holds. Errors of the system, with the file.
  Result<ModuleProtection> prepare(const ModulePlan& plan, ModuleProtection ahead = {});

  SandboxLevel level(const ModulePlan& plan) const { return sandboxes_.level(plan.manifest.sandbox); }
  // What the module should be held by and will not be, for people.
  std::vector<std::string> missing(const ModulePlan& plan) const;

 private:
  NodePaths paths_;
  Sandboxes sandboxes_;
  Cgroup cgroup_;
};

// What to tell the operator when all modules at their limits need more than there is; empty when it fits or `available`
// is 0, which means that it is not known.
std::string memory_warning(const std::vector<ModulePlan>& modules, std::uint64_t available);

}  // namespace status::supervisor
