// Taking on another configuration while modules run.
#include <algorithm>

#include "supervisor/plan/blueprint_changes.h"
#include "supervisor/process/bounds.h"
#include "supervisor/statusd/node.h"

namespace status::supervisor {

using namespace ipc::control;

ModuleRow Node::row_of(const ModulePlan& plan) const {
  const Manifest& manifest = plan.manifest;
  ModuleRow row;
  row.name = manifest.name;
  row.state = to_word(State::stopped);
  row.url = "ipc://" + (manifest.name == kGateway ? directory_.paths().front_socket()
                                                  : directory_.paths().socket_of(manifest.name));
  describe(plan, row);
  return row;
}

void Node::describe(const ModulePlan& plan, Row& row) const {
  const Manifest& manifest = plan.manifest;
  row.owner = cut(manifest.team);
  row.backend = cut(plan.backend);
  row.interface = manifest.interface;
  row.memory_limit_bytes = manifest.memory_bytes;
  row.sandbox = to_word(manifest.sandbox);
  row.sandbox_level = static_cast<std::uint64_t>(protection_.level(plan));
  row.unprotected.clear();
  for (const std::string& missing : protection_.missing(plan)) row.unprotected.emplace_back(cut(missing));
  row.ungranted = plan.ungranted();
  row.requires_.clear();
  for (const Requirement& requirement : manifest.requires_) row.requires_.push_back(requirement.module);
  row.credential = edges_.gateway_credential(manifest.name);
}

std::size_t Node::add_module(ModulePlan plan) {
  ModuleLog log(plan.manifest.name, directory_.paths().logs(), logs_, log_rate(), clock_);
  Row row = row_of(plan);
  modules_.push_back(
      std::make_unique<Module>(Module{.plan = std::move(plan), .log = std::move(log), .row = std::move(row)}));
  return modules_.size() - 1;
}

Blueprint Node::running() const {
  Blueprint out{.configuration = configuration_, .modules = {}};
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    if (!tree_.retired(i)) out.modules.push_back(modules_[i]->plan);
  }
  return out;
}

Result<Node::Reconfiguration> Node::reconfigure(bool apply) {
  auto wanted = reload_();
  if (!wanted) return fail(wanted.error());
  const std::vector<ModuleChange> changes = changes_between(running(), *wanted);
  Reconfiguration out{.report = to_value(changes), .effects = {}};
  if (!apply || changes.empty()) return out;
  std::vector<std::string> added;
  for (const ModuleChange& change : changes) {
    if (change.kind == ModuleChange::Kind::added) added.push_back(change.module);
  }
  // All that can fail comes before anything is changed.
  if (auto prepared = directory_.prepare_modules(added); !prepared) return fail(prepared.error());
  take_on(std::move(*wanted));
  for (const ModuleChange& change : changes) {
    journal_.say("info", "configuration: " + change.module + " " + std::string(to_word(change.kind)));
    if (change.kind != ModuleChange::Kind::restarted) continue;
    const Effects effects = tree_.renew(*find(change.module), now());
    out.effects.insert(out.effects.end(), effects.begin(), effects.end());
  }
  const Effects effects = tree_.tick(now());
  out.effects.insert(out.effects.end(), effects.begin(), effects.end());
  return out;
}

void Node::take_on(Blueprint wanted) {
  const Configuration before = std::exchange(configuration_, std::move(wanted.configuration));
  const bool new_level = before.log_level != configuration_.log_level;
  if (before.supervisor_hang_limit != configuration_.supervisor_hang_limit) watch_loop();
  edges_.update(wanted.modules);
  std::set<std::string> names;
  for (const ModulePlan& plan : wanted.modules) {
    names.insert(plan.manifest.name);
    if (find(plan.manifest.name)) continue;
    tree_.add({.name = plan.manifest.name});
    tree_.set_wanted(add_module(plan), !stopped_.contains(plan.manifest.name));
  }
  const auto index_of = [this](const std::string& name) { return *find(name); };
  for (ModulePlan& plan : wanted.modules) {
    const std::size_t index = *find(plan.manifest.name);
    tree_.replace(index, to_tree_module(plan, configuration_, index_of));
    modules_[index]->plan = std::move(plan);
    describe(modules_[index]->plan, modules_[index]->row);
  }
  bound_logs();
  gateway_.set_modules(modules_.size());
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    if (!names.contains(modules_[i]->row.name)) {
      tree_.retire(i);
      modules_[i]->row.why = "not in the configuration any more";
    }
    if (modules_[i]->process) tell_of_configuration(*modules_[i], new_level);
    publish(i);
  }
}

void Node::tell_of_configuration(Module& module, bool new_level) {
  if (module.process->liveness) {
    module.process->liveness->set_limits({configuration_.ping_interval, configuration_.hang_limit});
  }
  // Who may call it holds from now on; whom it may call, from its next start.
  module.process->control().send(edges_.edges_of(module.row.name));
  if (new_level) module.process->control().send(LogLevel{configuration_.log_level});
}

LogRate Node::log_rate() const { return {configuration_.log_lines_per_s, configuration_.log_burst_lines}; }

void Node::bound_logs() {
  logs_.max_bytes = configuration_.log_max_bytes;
  logs_.files = configuration_.log_files;
  if (logs_.quota != nullptr) logs_.quota->set_limits(configuration_.log_total_bytes, modules_.size() + 1);
  journal_.set_limits(logs_);
  for (const auto& module : modules_) module->log.set_limits(logs_, log_rate());
}

void Node::watch_loop() {
  watchdog_.stop();
  if (auto watched = watchdog_.start(configuration_.supervisor_hang_limit); !watched) {
    journal_.warn_operator("nobody sees when this loop hangs: " + watched.error().message);
  }
  arm_proof_of_life();
}

void Node::reconfigure_by_signal() {
  service_manager_.reloading();
  auto done = reconfigure(true);
  if (!done) journal_.warn_operator("the configuration stays as it was: " + done.error().message);
  if (done) perform(done->effects);
  tell_service_manager();  // now, or when a gateway that was restarted for it is back
}

}  // namespace status::supervisor
