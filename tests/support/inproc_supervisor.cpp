#include "tests/support/inproc_supervisor.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>

#include "services/chat/module.h"
#include "services/features/keys/module.h"
#include "services/storage/module.h"
#include "services/waku/module.h"
#include "supervisor/gateway/tokens.h"
#include "supervisor/tree/graph.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;
namespace control = ipc::control;

constexpr auto kLockedRetry = 100ms;
constexpr auto kGatewayStopWithin = 2s;

const std::map<std::string, std::function<host::ModuleDefinition()>>& libraries() {
  static const std::map<std::string, std::function<host::ModuleDefinition()>> linked = {
      {"keys", keys::module}, {"storage", storage::module}, {"waku", waku::module}, {"chat", chat::module}};
  return linked;
}

std::string draw_boot_id(Random& random) {
  std::array<std::uint8_t, 16> id;
  random.fill(id);
  return to_hex(id);
}

control::ModuleRow first_row(const supervisor::ModulePlan& plan) {
  control::ModuleRow row;
  row.name = plan.manifest.name;
  row.state = "stopped";
  row.owner = plan.manifest.team;
  row.backend = plan.backend;
  row.interface = plan.manifest.interface;
  for (const auto& requirement : plan.manifest.requires_) row.requires_.push_back(requirement.module);
  return row;
}

}  // namespace

Result<std::unique_ptr<InprocSupervisor>> InprocSupervisor::start(const std::string& data_dir,
                                                                  const std::vector<std::string>& settings) {
  auto directory = supervisor::RunDirectory::open(data_dir, {});
  if (!directory) return fail(std::move(directory.error()));
  supervisor::StatusdOptions options;
  options.settings = settings;
  const std::string bin = std::filesystem::path(binary("statusd")).parent_path();
  auto blueprint = supervisor::load_blueprint(
      directory->paths(), {.bin_dir = bin, .modules_dir = bin + "/../share/status/modules"}, options);
  if (!blueprint) return fail(std::move(blueprint.error()));
  if (auto prepared = directory->prepare(blueprint->names()); !prepared) return fail(std::move(prepared.error()));
  std::unique_ptr<InprocSupervisor> self(new InprocSupervisor(std::move(*directory), std::move(*blueprint)));
  if (auto up = self->control_.run([&] { return self->bring_up(); }); !up) return fail(std::move(up.error()));
  return self;
}

InprocSupervisor::InprocSupervisor(supervisor::RunDirectory directory, supervisor::Blueprint blueprint)
    : directory_(std::move(directory)),
      blueprint_(std::move(blueprint)),
      store_(directory_.paths().state()),
      edges_(directory_.paths(), random_),
      boot_id_(draw_boot_id(random_)),
      control_([this] { retry_locked(); }, [this] { return next_retry(); }) {
  edges_.update(blueprint_.modules);
}

InprocSupervisor::~InprocSupervisor() {
  control_.run([this] {
    if (gateway_) gateway_->finish(std::chrono::steady_clock::now() + kGatewayStopWithin);
    gateway_.reset();
    for (auto module = modules_.rbegin(); module != modules_.rend(); ++module) (*module)->stop();
  });
  control_.stop();
}

Status InprocSupervisor::bring_up() {
  if (auto written = directory_.write_token(random_); !written) return written;
  std::vector<supervisor::GraphNode> graph;
  for (const auto& plan : blueprint_.modules) {
    graph.push_back({plan.manifest.name, first_row(plan).requires_});
  }
  auto waves = supervisor::start_waves(graph);
  if (!waves) return fail(std::move(waves.error()));
  for (const auto& wave : *waves) {
    for (const std::size_t index : wave) {
      const supervisor::ModulePlan& plan = blueprint_.modules[index];
      const std::string& name = plan.manifest.name;
      if (name == supervisor::kGateway) continue;
      const auto library = libraries().find(name);
      if (library == libraries().end()) {
        return fail(Code::unimplemented, "test.not_linked", "this program does not link the library of " + name);
      }
      modules_.push_back(std::make_unique<InprocModule>(
          library->second(), plan, [this, name](std::uint64_t generation, const control::FromModule& message) {
            control_.post([this, name, generation, message] { said(name, generation, message); });
          }));
      modules_.back()->row = first_row(plan);
      modules_.back()->row.url = inproc_url("ipc://" + directory_.paths().socket_of(name));
      modules_.back()->row.credential = edges_.gateway_credential(name);
    }
  }
  if (auto opened = open_gateway(); !opened) return opened;
  for (const auto& module : modules_) {
    if (auto started = start_module(*module); !started) return started;
  }
  return {};
}

Status InprocSupervisor::open_gateway() {
  auto access = gateway::local_access(token_file());
  if (!access) return fail(std::move(access.error()));
  gateway::GatewayConfig config;
  config.url = url();
  config.version = "in-process";
  config.boot_id = boot_id_;
  config.access = std::move(*access);
  config.metrics_listen = blueprint_.configuration.metrics_listen;
  gateway_ = std::make_unique<gateway::Gateway>(std::move(config), gateway::Gateway::Tools{*this, clock_, random_});
  for (const auto& module : modules_) gateway_->module_changed(module->row);
  return gateway_->start();
}

void InprocSupervisor::command(ipc::control::Command command, Done done) {
  const bool taken = control_.post([this, command, done] {
    const std::optional<Error> error = obey(command.op, command.module);
    done(error ? Result<Value>(fail(*error)) : Value());
  });
  if (!taken) done(fail(Code::unavailable, "supervisor.stopping", "the node is stopping"));
}

std::optional<Error> InprocSupervisor::obey(const std::string& op, const std::string& name) {
  InprocModule* module = find(name);
  if (module == nullptr) return make_error(Code::not_found, "supervisor.unknown_module", "there is no module " + name);
  if (op == "pause" || op == "resume") {
    return make_error(Code::failed_precondition, "supervisor.wrong_state",
                      name + " is no process that could be stopped");
  }
  if (op != "start") stop_module(*module);
  if (op == "stop" || module->running()) return std::nullopt;
  Status started = start_module(*module);
  return started ? std::nullopt : std::optional(started.error());
}

Status InprocSupervisor::start_module(InprocModule& module) {
  const supervisor::NodePaths& paths = directory_.paths();
  const auto generation = store_.next_generation(module.row.name);
  if (!generation) return fail(generation.error());
  control::Bootstrap bootstrap;
  bootstrap.module = module.row.name;
  bootstrap.generation = module.row.generation = *generation;
  bootstrap.run_dir = paths.run_of(module.row.name);
  bootstrap.data_dir = paths.data_of(module.row.name);
  bootstrap.boot_id = boot_id_;
  bootstrap.config = module.plan().settings;
  if (module.row.name == "keys") bootstrap.config.set("node_key_file", paths.node_key());
  bootstrap.backend = module.plan().backend;
  bootstrap.reexport = module.plan().manifest.reexport;
  bootstrap.edges = edges_.edges_of(module.row.name);
  module.row.pid = ::getpid();
  module.row.started_ms = clock_.unix_ms();
  move(module, "starting", "wanted");
  return module.start(std::move(bootstrap));
}

void InprocSupervisor::stop_module(InprocModule& module) {
  if (!module.running()) return;
  move(module, "draining", "asked to stop");
  module.stop();
  module.row.pid = 0;
  module.row.ready_ms = 0;
  module.row.locked = false;
  move(module, "stopped", "stopped");
}

void InprocSupervisor::said(const std::string& name, std::uint64_t generation, const control::FromModule& message) {
  InprocModule* module = find(name);
  if (module == nullptr || !module->running() || module->row.generation != generation) return;
  if (std::holds_alternative<control::Ready>(message)) {
    if (module->row.ready_ms == 0) module->row.ready_ms = clock_.unix_ms();
    if (module->row.state != "ready") move(*module, "ready", "ready");
  } else if (const auto* degraded = std::get_if<control::Degraded>(&message)) {
    move(*module, "degraded", degraded->why);
  } else if (const auto* locked = std::get_if<control::Locked>(&message)) {
    module->row.locked = locked->locked;
    gateway_->module_changed(module->row);
    event("supervisor.module_locked", generation, Value::map({{"module", name}, {"locked", locked->locked}}));
  }
}

void InprocSupervisor::move(InprocModule& module, const std::string& to, const std::string& cause) {
  const std::string from = std::exchange(module.row.state, to);
  module.row.why = cause;
  gateway_->module_changed(module.row);
  event("supervisor.module_state", module.row.generation,
        Value::map({{"module", module.row.name},
                    {"from", from},
                    {"to", to},
                    {"cause", cause},
                    {"pid", module.row.pid},
                    {"next_attempt_ms", module.row.next_attempt_ms}}));
}

void InprocSupervisor::event(const std::string& topic, std::uint64_t generation, Value data) {
  gateway_->supervisor_event({++last_event_, topic, clock_.unix_ms(), generation, std::move(data)});
}

void InprocSupervisor::retry_locked() {
  for (const auto& module : modules_) {
    if (const Status retried = module->retry_locked(); !retried) move(*module, "failed", retried.error().message);
  }
}

std::optional<MonotonicTime> InprocSupervisor::next_retry() const {
  const bool waits = std::any_of(modules_.begin(), modules_.end(), [](const auto& module) { return module->locked(); });
  return waits ? std::optional(clock_.monotonic() + kLockedRetry) : std::nullopt;
}

InprocModule* InprocSupervisor::find(const std::string& name) {
  const auto found =
      std::find_if(modules_.begin(), modules_.end(), [&](const auto& module) { return module->row.name == name; });
  return found == modules_.end() ? nullptr : found->get();
}

}  // namespace status::test
