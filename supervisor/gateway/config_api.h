// The part of the interface `supervisor` about the node's configuration: node.toml, manifests of modules.d/, grants.
#pragma once

#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

struct ConfigChanges {
  struct Change {
    std::string module;
    std::string change;
    std::vector<std::string> keys;
    static void describe(api::Fields<Change>& f);
  };
  std::vector<Change> changes;
  static void describe(api::Fields<ConfigChanges>& f);
};

// What `config_apply` would do now.
struct ConfigDiff {
  using Request = api::Empty;
  using Reply = ConfigChanges;
  static api::MethodInfo info();
};

// Answered when it is decided; the states that follow are events `supervisor.module_state`. A wrong configuration
// changes nothing.
struct ConfigApply {
  using Request = api::Empty;
  using Reply = ConfigChanges;
  static api::MethodInfo info();
};

}  // namespace status::gateway
