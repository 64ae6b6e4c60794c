#include "supervisor/gateway/config_api.h"

namespace status::gateway {
namespace {

std::vector<api::ErrorInfo> errors() {
  return {{Code::invalid_argument, "supervisor.bad_configuration",
           "A file is wrong; the message names file, line, key and the nearest valid key."},
          {Code::failed_precondition, "supervisor.missing_module", "A module requires one that is not enabled."},
          {Code::failed_precondition, "supervisor.wrong_state", "The node is shutting down."}};
}

}  // namespace

void ConfigChanges::Change::describe(api::Fields<Change>& f) {
  f.add("module", &Change::module, "Name of the module; `statusd` for what concerns the supervisor itself.");
  f.add("change", &Change::change,
        "It starts, it stops, its process is replaced, or only the supervisor's handling of it changes.")
      .one_of({"added", "removed", "restarted", "adjusted"});
  f.add("keys", &Change::keys, "What is another than it was.");
}

void ConfigChanges::describe(api::Fields<ConfigChanges>& f) {
  f.add("changes", &ConfigChanges::changes, "By module; empty when nothing changes.");
}

api::MethodInfo ConfigDiff::info() {
  return {
      .name = "config_diff", .summary = "What the files on disk would change in the running node.", .errors = errors()};
}

api::MethodInfo ConfigApply::info() {
  return {.name = "config_apply",
          .summary = "Takes the files on disk on; only modules that they change are restarted.",
          .effect = api::Effect::write,
          .errors = errors()};
}

}  // namespace status::gateway
