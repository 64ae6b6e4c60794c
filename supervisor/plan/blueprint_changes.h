// What it takes to get from one blueprint to another. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/plan/blueprint.h"

namespace status::supervisor {

struct ModuleChange {
  enum class Kind : std::uint8_t {
    added,      // it starts
    removed,    // it stops
    restarted,  // its process was given something at its start that is another now
    adjusted,   // what changed is the supervisor's business alone
  } kind = Kind::adjusted;
  std::string module;
  std::vector<std::string> keys;  // what changed: "settings.mesh.listen", "limits.data_bytes", "requires"
};

std::string_view to_word(ModuleChange::Kind kind);

// In the order of `wanted`, then what is removed. Empty: nothing to do.
std::vector<ModuleChange> changes_between(const Blueprint& running, const Blueprint& wanted);

// {changes: [{module, change, keys}]}
Value to_value(const std::vector<ModuleChange>& changes);

}  // namespace status::supervisor
