#include <boost/asio/post.hpp>
#include <csignal>

#include "supervisor/process/start_share.h"
#include "supervisor/statusd/node.h"

namespace status::supervisor {

using namespace ipc::control;

namespace {

constexpr const char* kVersion = STATUS_VERSION;

std::int64_t to_unix_ms(const Clock& clock, MonotonicTime at) {
  return clock.unix_ms() + std::chrono::duration_cast<milliseconds>(at - clock.monotonic()).count();
}

// What a module is told besides its own settings.
Value bootstrap_config(const ModulePlan& plan, const Configuration& configuration, const NodePaths& paths,
                       const std::string& boot_id) {
  Value config = plan.settings;
  if (plan.manifest.name == kGateway) {
    config.set("metrics_listen", configuration.metrics_listen);
    Value::Array hosts(configuration.metrics_allowed_hosts.begin(), configuration.metrics_allowed_hosts.end());
    config.set("metrics_allowed_hosts", Value(std::move(hosts)));
    config.set("metrics_tls", configuration.metrics_tls);
    config.set("metrics_require_token", configuration.metrics_require_token);
    config.set("remote_listen", configuration.remote_listen);
    config.set("token_file", paths.token());
    config.set("node_data_dir", paths.data_dir);
    config.set("node_run_dir", paths.run_dir);
    config.set("boot_id", boot_id);
    config.set("version", kVersion);
    config.set("socket_url", "ipc://" + paths.socket_of(plan.manifest.name));
  }
  if (plan.manifest.name == "keys") config.set("node_key_file", paths.node_key());
  return config;
}

}  // namespace

void Node::act(const Effect& effect) {
  switch (effect.action) {
    case Action::none:
    case Action::spare:
      return;
    case Action::spawn:
      return spawn(effect.module);
    case Action::resume_drain:
      signal(effect.module, SIGCONT);
      return drain(effect.module);
    case Action::drain:
      return drain(effect.module);
    case Action::abort:
      return signal(effect.module, SIGABRT);
    case Action::kill:
      return signal(effect.module, SIGKILL);
    case Action::suspend:
      return signal(effect.module, SIGSTOP);
    case Action::thaw:
    case Action::resume:
      return signal(effect.module, SIGCONT);
  }
}

void Node::signal(std::size_t index, int number) {
  Module& module = *modules_[index];
  if (!module.process) return;
  journal_.say("info", "sent " + signal_name(number), module.row.name, module.row.generation);
  module.process->signal(number);
}

void Node::drain(std::size_t index) {
  Module& module = *modules_[index];
  if (!module.process) return;
  const auto timeout = static_cast<std::uint32_t>(module.plan.manifest.stop_timeout.count());
  // A module that reads nothing cannot be asked.
  if (module.process->control().send(Drain{timeout}) != ControlChannel::Sent::queued) signal(index, SIGTERM);
}

void Node::announce(const Effect& effect) {
  Module& module = *modules_[effect.module];
  Row& row = module.row;
  row.state = to_word(effect.to);
  row.why = effect.cause;
  const auto attempt = tree_.next_attempt(effect.module);
  row.next_attempt_ms = attempt && !has_process(effect.to) ? to_unix_ms(clock_, *attempt) : 0;
  if (!has_process(effect.to)) {
    row.pid = 0;
    row.ready_ms = 0;
    row.rss_bytes = 0;
    row.locked = false;
  }
  if (module.process && is_up(effect.to) && !module.process->liveness) {
    module.process->liveness.emplace(Liveness::Limits{configuration_.ping_interval, configuration_.hang_limit});
  } else if (module.process && !is_up(effect.to)) {
    module.process->liveness.reset();
    module.process->health = Liveness::Health::good;
  }
  if (effect.from == State::starting && effect.to == State::ready) {
    row.ready_ms = clock_.unix_ms();
    share_as_others(static_cast<pid_t>(row.pid));
  }
  // Front ends first: the journal is files and a terminal.
  gateway_.row_changed(effect.module, "supervisor.module_state", clock_.unix_ms(), row.generation,
                       Value::map({{"module", row.name},
                                   {"from", to_word(effect.from)},
                                   {"to", to_word(effect.to)},
                                   {"cause", effect.cause},
                                   {"pid", row.pid},
                                   {"next_attempt_ms", row.next_attempt_ms}}));
  journal_.transition(row.name, to_word(effect.from), to_word(effect.to), row.generation, static_cast<long>(row.pid),
                      effect.cause);
  tell_service_manager();
}

void Node::publish(std::size_t index) { gateway_.row_changed(index); }

// Ready is what a front end can talk to: the gateway; without one, whatever is there.
void Node::tell_service_manager() {
  std::size_t up = 0;
  std::size_t wanted = 0;
  std::string others;
  bool open = true;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    const Row& row = modules_[i]->row;
    const bool is_ready = is_up(tree_.state(i));
    if (is_gateway(i)) open = is_ready;
    if (!tree_.wanted(i)) continue;
    ++wanted;
    if (is_ready) ++up;
    if (row.state != to_word(State::ready)) others += (others.empty() ? ": " : ", ") + row.name + " is " + row.state;
  }
  service_manager_.status(std::to_string(up) + " of " + std::to_string(wanted) + " modules answer" + others);
  if (open) service_manager_.ready();
}

void Node::spawn(std::size_t index) {
  Module& module = *modules_[index];
  auto process = make_process(index);
  if (!process) {
    const Error& error = process.error();
    module.end = "other";
    journal_.say("error", error.message, module.row.name, module.row.generation);
    // What is not there does not appear by trying again; everything else may.
    const bool missing = error.code == Code::not_found || error.code == Code::permission_denied;
    boost::asio::post(loop_,
                      [this, index, exit = Exit{.clean = false, .misconfigured = missing, .cause = error.message}] {
                        perform(tree_.on_exit(index, exit, now()));
                      });
    return;
  }
  module.process = std::move(*process);
  module.process->started = now();
  // Between the lines of two incarnations.
  module.log.say("info", "started: pid " + std::to_string(module.process->pid()), module.row.generation);
  module.row.pid = module.process->pid();
  module.row.started_ms = clock_.unix_ms();
  module.row.restarts = module.spawns++;
  if (module.row.restarts > 0) ++module.row.restart_causes[module.end];
  if (!send_bootstrap(index)) {
    journal_.say("error", "its bootstrap does not fit: shorten its settings", module.row.name, module.row.generation);
    module.process->signal(SIGKILL);
    return;
  }
  if (is_gateway(index)) {
    gateway_.attach(module.process->control());
    recorders_.begin(modules_.size());
  } else {
    recorders_.changed(index);
  }
}

std::optional<RecorderLine::Recorder> Node::recorder_of(std::size_t index) const {
  const Module& module = *modules_[index];
  if (!module.process) return std::nullopt;
  return RecorderLine::Recorder{module.row.name, module.process->generation(), module.process->recorder()};
}

Result<std::unique_ptr<ModuleProcess>> Node::make_process(std::size_t index) {
  Module& module = *modules_[index];
  const Manifest& manifest = module.plan.manifest;
  auto generation = store_.next_generation(manifest.name);
  if (!generation) return fail(generation.error());
  module.row.generation = *generation;
  auto child = make_child(index);
  if (!child) return fail(child.error());
  return watch(index, std::move(*child), *generation);
}

std::unique_ptr<ModuleProcess> Node::watch(std::size_t index, Child child, std::uint64_t generation) {
  ModuleProcess::Callbacks callbacks;
  callbacks.exited = [this, index](const ExitReport& report) { on_exit(index, report); };
  // Not of one whose death is still to be settled.
  callbacks.message = [this, index, generation](const FromModule& message) {
    const auto& process = modules_[index]->process;
    if (process && process->generation() == generation) on_message(index, message);
  };
  callbacks.problem = [this, index](const std::string& problem) {
    complain(index, "warn", "on its control line: " + problem);
  };
  return std::make_unique<ModuleProcess>(loop_, std::move(child), generation, modules_[index]->log,
                                         std::move(callbacks));
}

Result<Child> Node::make_child(std::size_t index) {
  const ModulePlan& plan = modules_[index]->plan;
  auto protection = protection_.prepare(plan, std::exchange(modules_[index]->ahead, {}));
  if (!protection) return fail(protection.error());
  UniqueFd recorders;
  if (is_gateway(index)) {
    auto opened = recorders_.open();
    if (!opened) return fail(opened.error());
    recorders = std::move(*opened);
  }
  return spawner_.spawn({.executable = plan.executable,
                         .working_directory = directory_.paths().data_of(plan.manifest.name),
                         .descriptors = plan.manifest.descriptors,
                         .data_bytes = plan.manifest.data_bytes,
                         .stack_bytes = plan.manifest.stack_bytes,
                         .sandbox = &protection->sandbox,
                         .cgroup = protection->cgroup.get(),
                         .event_ring = is_gateway(index) ? event_ring_.get() : -1,
                         .recorder_line = recorders.get()});
}

bool Node::send_bootstrap(std::size_t index) {
  const Module& module = *modules_[index];
  const NodePaths& paths = directory_.paths();
  Bootstrap boot;
  boot.module = module.row.name;
  boot.generation = module.row.generation;
  boot.run_dir = paths.run_of(module.row.name);
  boot.data_dir = paths.data_of(module.row.name);
  boot.boot_id = boot_id_;
  boot.config = bootstrap_config(module.plan, configuration_, paths, boot_id_);
  boot.backend = module.plan.backend;
  boot.edges = edges_.edges_of(module.row.name);
  boot.log_level = configuration_.log_level;
  boot.allow_faults = configuration_.allow_faults;
  boot.reexport = module.plan.manifest.reexport;
  return module.process->control().send(boot) == ControlChannel::Sent::queued;
}

}  // namespace status::supervisor
