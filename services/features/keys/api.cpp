#include "services/features/keys/api.h"

namespace status::keys {

void Database::Reply::describe(api::Fields<Reply>& f) {
  f.add("key", &Reply::key, "Raw 256-bit key of the caller's database.").length(32, 32);
}

api::MethodInfo Database::info() {
  return {.name = "database",
          .summary = "The key of the calling module's database.",
          .effect = api::Effect::read,
          .errors = {{Code::permission_denied, "keys.not_a_module",
                      "The caller is no module of this node: front ends get no keys."}}};
}

void KeyStatus::Reply::describe(api::Fields<Reply>& f) {
  f.add("source", &Reply::source, "What the keys are derived from.").one_of({"node_key"});
  f.add("locked", &Reply::locked, "True while no key is released.");
}

api::MethodInfo KeyStatus::info() {
  return {.name = "status", .summary = "Where the keys come from, and whether they can be had now."};
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("keys", api_version(nullptr), "Database keys", {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Database>()
          .method<KeyStatus>();
  return declared;
}

}  // namespace status::keys
