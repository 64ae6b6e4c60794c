// The order in which modules start and stop: the graph of all `requires` is acyclic. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ipc/base/result.h"

namespace status::supervisor {

struct GraphNode {
  std::string name;
  std::vector<std::string> requires_;
};

// Waves of indices into `nodes`: everything in a wave requires only what earlier waves hold, so that a wave starts in
// parallel. Stopping goes through the waves backwards. FAILED_PRECONDITION: `supervisor.missing_module` names what is
// not there, `supervisor.cyclic_modules` names the cycle ("chat → waku → chat").
Result<std::vector<std::vector<std::size_t>>> start_waves(const std::vector<GraphNode>& nodes);

}  // namespace status::supervisor
