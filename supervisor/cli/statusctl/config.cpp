// statusctl config check | diff | apply, grant, revoke: what the node is to be. `check` and the writing of grants need
// no running node.
#include <cstdio>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/offline.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/plan/blueprint.h"
#include "supervisor/tree/grants.h"

namespace status::cli {
namespace {

supervisor::NodePaths paths_of(const Shell& shell) {
  return {.data_dir = shell.place.data_dir, .run_dir = shell.place.run_dir};
}

Result<supervisor::Blueprint> blueprint_of(const Shell& shell, const std::string& file) {
  const auto installation = supervisor::Installation::find();
  if (!installation) return fail(installation.error());
  return supervisor::load_blueprint(paths_of(shell), *installation, {.config = file});
}

void print_changes(const Value& reply, const char* nothing) {
  const Value* changes = reply.find("changes");
  if (changes == nullptr || changes->as_array() == nullptr || changes->as_array()->empty()) {
    std::puts(nothing);
    return;
  }
  for (const Value& change : *changes->as_array()) {
    std::string keys;
    const Value* list = change.find("keys");
    for (const Value& key : list == nullptr || list->as_array() == nullptr ? Value::Array() : *list->as_array()) {
      if (key.as_string() != nullptr) keys += (keys.empty() ? ": " : ", ") + *key.as_string();
    }
    std::printf("%s %s%s\n", change.string_or("module", "").c_str(), change.string_or("change", "").c_str(),
                keys.c_str());
  }
}

int run_change(const Shell& shell, const char* method, const char* nothing) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> reply = session->call(method, Value(Value::Map{}), 30'000);
  if (!reply) return report(reply.error());
  shell.json ? print_json(*reply, shell.terminal) : print_changes(*reply, nothing);
  return kDone;
}

Result<supervisor::Grants> read_grants(const std::string& path) {
  const Result<Value> document = read_toml_file(path);
  if (!document && document.error().code == Code::not_found) return supervisor::Grants();
  if (!document) return fail(document.error());
  return supervisor::Grants::parse(*document, path);
}

// A grant to a module that is not there, or is ours, or of something that it does not ask for, is a mistake.
Status check_grant(const Shell& shell, const std::string& module, const std::string& target) {
  const auto blueprint = blueprint_of(shell, "");
  if (!blueprint) return fail(blueprint.error());
  const auto refuse = [](std::string why) { return fail(Code::invalid_argument, "cli.bad_grant", std::move(why)); };
  for (const supervisor::ModulePlan& plan : blueprint->modules) {
    if (plan.manifest.name != module) continue;
    if (plan.ours) return refuse(module + " is built in: its manifest is its permission");
    for (const supervisor::Requirement& wish : plan.manifest.requires_) {
      if (wish.module == target) return {};
    }
    return refuse(module + " does not ask for " + target + ": its manifest does not require it");
  }
  return refuse("there is no module " + module + " in " + shell.place.data_dir + "/modules.d");
}

// Into the file, and into the node where one runs.
int keep_grants(const Shell& shell, const supervisor::Grants& grants) {
  if (Status kept = replace_file(paths_of(shell).grants(), grants.to_toml(), Durability::synced); !kept)
    return report(kept.error());
  if (running_statusd(shell.place) == 0) return kDone;
  return run_change(shell, "supervisor.config_apply", "nothing changes in the running node");
}

}  // namespace

int run_config_check(const Shell& shell, const std::string& file) {
  const auto blueprint = blueprint_of(shell, file);
  if (!blueprint) return report(blueprint.error());
  Value::Array names;
  std::string text;
  for (const std::string& name : blueprint->names()) {
    names.emplace_back(name);
    text += (text.empty() ? "" : ", ") + name;
  }
  if (shell.json) {
    print_json(Value::map({{"valid", true}, {"modules", std::move(names)}}), shell.terminal);
  } else {
    std::printf("%s is valid: %s\n", file.empty() ? "the configuration" : file.c_str(), text.c_str());
  }
  return kDone;
}

int run_config_diff(const Shell& shell) {
  return run_change(shell, "supervisor.config_diff", "the node runs with what the files say");
}

int run_config_apply(const Shell& shell) {
  return run_change(shell, "supervisor.config_apply", "the node ran with what the files say already");
}

int run_grant(const Shell& shell, const std::string& module, const std::string& target,
              const std::vector<std::string>& methods) {
  if (Status fits = check_grant(shell, module, target); !fits) return report(fits.error());
  Result<supervisor::Grants> grants = read_grants(paths_of(shell).grants());
  if (!grants) return report(grants.error());
  grants->grant(module, target, methods);
  return keep_grants(shell, *grants);
}

int run_revoke(const Shell& shell, const std::string& module, const std::string& target) {
  Result<supervisor::Grants> grants = read_grants(paths_of(shell).grants());
  if (!grants) return report(grants.error());
  if (!grants->revoke(module, target)) {
    return report(make_error(Code::not_found, "cli.no_grant", target + " had not been granted to " + module));
  }
  return keep_grants(shell, *grants);
}

}  // namespace status::cli
