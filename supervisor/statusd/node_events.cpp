#include <csignal>

#include "ipc/base/words.h"
#include "supervisor/plan/shown_settings.h"
#include "supervisor/statusd/node.h"

namespace status::supervisor {

using namespace ipc::control;

namespace {

// Unless it speaks before, a module that follows on a death has so long for its start alone.
constexpr milliseconds kStartsFirst{20};

std::uint64_t elapsed_ms(MonotonicTime since, MonotonicTime now) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now - since).count());
}

}  // namespace

void Node::on_exit(std::size_t index, const ExitReport& report) {
  Module& module = *modules_[index];
  settle_death(index);  // of the one before
  module.process->dead = true;
  module.process->read_rest();
  Death death{.process = std::move(module.process), .record = std::nullopt, .at = now()};
  const ModuleProcess& process = *death.process;
  if (is_gateway(index)) gateway_.detach();
  const State state = tree_.state(index);
  const bool over_limit = tree_.over_limit(index);
  const bool asked = state == State::draining && !over_limit;
  const Effects effects = tree_.on_exit(index, report.to_exit(), now());
  // The tree knows why it was killed.
  const std::string cause = effects.empty() ? report.cause() : effects.front().cause;
  module.row.last_exit = LastExit{.generation = process.generation(),
                                  .cause = cause,
                                  .time_ms = clock_.unix_ms(),
                                  .uptime_ms = elapsed_ms(process.started, death.at),
                                  .asked = asked};
  module.end = over_limit ? "memory" : asked ? "asked" : report.label();
  if (!asked || report.exit_code != 0) {
    CrashRecord& record = death.record.emplace();
    record.module = module.row.name;
    record.generation = process.generation();
    record.time_ms = module.row.last_exit->time_ms;
    record.cause = cause;
    record.exit = report;
    record.uptime_ms = module.row.last_exit->uptime_ms;
    record.ready_for_ms = process.ready ? elapsed_ms(*process.ready, death.at) : 0;
    record.state = to_word(state);
    record.backend = module.row.backend;
    record.interface = module.row.interface;
    record.fatal = process.fatal;
    record.log = module.log.tail();
  }
  module.death = std::move(death);
  perform(effects);
  if (module.process) return settle_deaths_soon();
  settle_death(index);
  module.ahead = {};  // keeps no folder alive of a module that is not to run
}

void Node::settle_deaths_soon() {
  if (settling_.expiry() > std::chrono::steady_clock::now()) return;
  settling_.expires_after(kStartsFirst);
  settling_.async_wait([this](const boost::system::error_code& error) {
    if (!error) settle_deaths();
  });
}

void Node::settle_deaths() {
  for (std::size_t i = 0; i < modules_.size(); ++i) settle_death(i);
}

void Node::settle_death(std::size_t index) {
  Module& module = *modules_[index];
  auto death = std::exchange(module.death, std::nullopt);
  if (!death) return;
  if (auto reserved = store_.reserve_ahead(module.row.name); !reserved) {
    journal_.say("error", reserved.error().message, module.row.name, module.row.generation);
  }
  if (death->record) keep_record(*death);
}

void Node::keep_record(Death& death) {
  CrashRecord& record = *death.record;
  auto calls = death.process->calls_in_flight();
  if (calls) {
    record.calls = std::move(*calls);
  } else {
    record.calls_problem = calls.error().message;
  }
  auto stacks = death.process->stacks();
  if (stacks) {
    record.stacks = std::move(*stacks);
  } else {
    record.stacks_problem = stacks.error().message;
  }
  if (auto written = write_crash_record(directory_.paths().crash(), record, death.at); !written) {
    journal_.say("error", "no crash record: " + written.error().message, record.module, record.generation);
  }
}

void Node::on_message(std::size_t index, const FromModule& message) {
  Module& module = *modules_[index];
  settle_death(index);  // that it speaks means that it has started, and who hears of it may ask what was before
  if (const auto* fatal = std::get_if<Fatal>(&message)) {
    module.process->fatal = *fatal;
    complain(index, "error", fatal->reason + ": " + fatal->message);
    return;
  }
  if (module.process->dead) return;  // nothing else that it wanted matters any more
  if (const auto* ready = std::get_if<Ready>(&message)) return on_ready(index, *ready);
  if (const auto* pong = std::get_if<Pong>(&message)) return on_pong(index, *pong);
  if (const auto* degraded = std::get_if<Degraded>(&message)) {
    return perform(tree_.on_trouble(index, Trouble::own_word, degraded->why, now()));
  }
  if (const auto* locked = std::get_if<Locked>(&message)) return on_locked(index, locked->locked);
  if (const auto* command = std::get_if<Command>(&message)) return on_command(index, *command);
}

void Node::complain(std::size_t index, std::string_view level, std::string_view what) {
  Module& module = *modules_[index];
  if (module.log.may_complain()) journal_.say(level, what, module.row.name, module.row.generation);
}

void Node::on_ready(std::size_t index, const Ready& ready) {
  Module& module = *modules_[index];
  if (ready.protocol != kProtocol) {
    complain(index, "error",
             "speaks protocol " + std::to_string(ready.protocol) + ", this node " + std::to_string(kProtocol));
    return;
  }
  // The gateway's is the one that front ends know, whatever it listens on.
  if (!ready.url.empty() && !is_gateway(index)) module.row.url = ready.url;
  if (!ready.interface.empty()) module.row.interface = ready.interface;
  if (!module.process->ready) {
    module.process->ready = now();
    // Should it fail, so will the next start, which says it.
    if (auto ahead = protection_.prepare(module.plan)) module.ahead = std::move(*ahead);
  }
  perform(tree_.on_ready(index, now()));
}

void Node::on_pong(std::size_t index, const Pong& pong) {
  ModuleProcess& process = *modules_[index]->process;
  if (process.liveness) process.liveness->pong(pong, now());
  if (is_gateway(index)) gateway_.ping_answered(pong.n);
  // Not at the next beat: a kill may be due before.
  if (process.health == Liveness::Health::hung) beat(index);
}

void Node::on_locked(std::size_t index, bool locked) {
  Module& module = *modules_[index];
  if (module.row.locked == locked) return;
  module.row.locked = locked;
  publish(index);
  gateway_.event("supervisor.module_locked", clock_.unix_ms(), module.row.generation,
                 Value::map({{"module", module.row.name}, {"locked", locked}}));
}

void Node::on_command(std::size_t index, const Command& command) {
  Module& module = *modules_[index];
  if (!is_gateway(index)) {
    complain(index, "warn", "is not the gateway and gave a command: ignored");
    return;
  }
  if (command.op.starts_with("config_")) return on_configure(command);
  if (command.op == "upgrade") return on_upgrade(command);
  if (command.op == "settings") return answer(command.id, settings_of(command.module));
  const auto known = commands_.knows(command, now());
  auto effects = !known ? Result<Effects>(fail(known.error())) : *known ? Effects() : decide(command);
  std::optional<Error> error;
  if (!effects) error = effects.error();
  if (const auto saved = save_wanted(); !saved && !error) error = saved.error();
  if (!error && !*known) commands_.obeyed(command, now());
  // The answer first: a gateway that is to be restarted reads nothing behind its `drain`.
  if (module.process) module.process->control().send(CommandResult{command.id, std::move(error)});
  if (effects) perform(*effects);
}

// Asked for again it finds nothing to change: it needs no memory.
void Node::on_configure(const Command& command) {
  auto done = stopping_ ? fail(Code::failed_precondition, "supervisor.wrong_state", "the node is shutting down")
                        : reconfigure(command.op == "config_apply");
  // The answer first, as for any command.
  answer(command.id, done ? Result<Value>(done->report) : fail(done.error()));
  if (done) perform(done->effects);
}

Error Node::no_module(const std::string& name) {
  return make_error(Code::not_found, "supervisor.unknown_module", "there is no module " + in_quotes(name));
}

Result<Value> Node::settings_of(const std::string& module) const {
  const auto index = find(module);
  if (!index) return fail(no_module(module));
  return Value::map({{"configuration", shown_settings(modules_[*index]->plan, configuration_)}});
}

Result<Effects> Node::decide(const Command& command) {
  const auto index = find(command.module);
  if (!index || tree_.retired(*index)) return fail(no_module(command.module));
  const auto operation = operation_from_word(command.op);
  if (!operation) {
    return fail(Code::invalid_argument, "supervisor.unknown_operation", in_quotes(command.op) + " is no operation");
  }
  return tree_.command(*index, *operation, now());
}

Status Node::save_wanted() {
  std::set<std::string> stopped;
  for (std::size_t i = 0; i < tree_.size(); ++i) {
    if (!tree_.wanted(i)) stopped.insert(tree_.name(i));
  }
  // Of a module that is not enabled now, what was decided stays.
  for (const std::string& name : stopped_) {
    if (!find(name)) stopped.insert(name);
  }
  if (stopped == stopped_) return {};
  if (auto saved = store_.save_stopped(stopped); !saved) return saved;
  stopped_ = std::move(stopped);
  return {};
}

std::optional<std::size_t> Node::find(const std::string& name) const {
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    if (modules_[i]->row.name == name) return i;
  }
  return std::nullopt;
}

}  // namespace status::supervisor
