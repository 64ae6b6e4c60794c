// Handing the node over to another image of statusd, and taking it over from one.
#include <fcntl.h>

#include <algorithm>
#include <csignal>

#include "supervisor/plan/blueprint_changes.h"
#include "supervisor/process/process_stats.h"
#include "supervisor/statusd/node.h"

namespace status::supervisor {

using namespace ipc::control;

namespace {

constexpr milliseconds kQuietWithin{2'000};
constexpr milliseconds kLookAgain{5};
constexpr std::size_t kLongestPath = 4'095;

constexpr const char* kVersion = STATUS_VERSION;

tl::unexpected<Error> refused(std::string why) {
  return fail(Code::failed_precondition, "supervisor.cannot_upgrade", std::move(why));
}

// A signal between two images would find no handler.
void hold_signals(bool hold) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &all, nullptr);
}

}  // namespace

void Node::on_upgrade(const Command& command) {
  if (auto started = start_upgrade(command); !started) answer(command.id, fail(started.error()));
}

Status Node::start_upgrade(const Command& command) {
  if (stopping_) return refused("the node is shutting down");
  if (upgrade_check_.busy()) return refused("another upgrade is under way");
  const std::string executable = command.argument.empty() ? self_.executable : command.argument;
  if (!executable.starts_with('/') || executable.size() > kLongestPath) {
    return refused("the path of the executable must be absolute, and not longer than " + std::to_string(kLongestPath) +
                   " bytes");
  }
  auto wanted = reload_();
  if (!wanted) return fail(wanted.error());
  if (!changes_between(running(), *wanted).empty()) {
    return refused(
        "the files say something else than what runs: statusctl config diff shows it, config apply takes it on");
  }
  auto file = write_handover(hand_over(command.id));
  if (!file) return fail(file.error());
  journal_.say("info", "upgrade: asking " + executable);
  upgrade_check_.check(executable, self_.arguments, file->get(),
                       [this, executable, id = command.id](const Status& fits) {
                         if (!fits) return answer(id, fail(fits.error()));
                         upgrade_when_quiet(executable, id, now() + kQuietWithin);
                       });
  return {};
}

// What is on its way to a module is in this image's memory: it goes out first.
void Node::upgrade_when_quiet(const std::string& executable, std::uint64_t command, MonotonicTime deadline) {
  const auto busy = std::find_if(modules_.begin(), modules_.end(), [](const auto& module) {
    return module->process && module->process->control().queued_bytes() > 0;
  });
  if (busy == modules_.end()) return answer(command, fail(become(executable, command)));
  if (now() >= deadline) {
    return answer(command, refused((*busy)->row.name + " does not read its control line: restart it first"));
  }
  quiet_.expires_after(kLookAgain);
  quiet_.async_wait([this, executable, command, deadline](const boost::system::error_code& error) {
    if (!error) upgrade_when_quiet(executable, command, deadline);
  });
}

Error Node::become(const std::string& executable, std::uint64_t command) {
  settle_deaths();
  account_logs();
  store_.settle();
  const Handover handover = hand_over(command);
  auto file = write_handover(handover);
  if (!file) return file.error();
  const UniqueFd self(::open("/proc/self/exe", O_PATH | O_CLOEXEC));
  if (!self) return errno_error(errno, "open /proc/self/exe");
  std::vector<std::string> arguments = {executable};
  arguments.insert(arguments.end(), self_.arguments.begin(), self_.arguments.end());
  arguments.push_back(kAdopt + std::to_string(file->get()));
  arguments.push_back(kPrevious + std::to_string(self.get()));
  std::vector<int> keep = handover.descriptors();
  keep.insert(keep.end(), {file->get(), self.get()});
  journal_.say("info", "upgrade: becoming " + executable);
  hold_signals(true);
  watchdog_.stop();
  Error error = execute_in_place(executable, arguments, keep);
  hold_signals(false);
  (void)watchdog_.start(configuration_.supervisor_hang_limit);
  journal_.say("error", "upgrade: " + error.message);
  return error;
}

Handover Node::hand_over(std::uint64_t command) {
  Handover out{.version = kVersion,
               .boot_id = boot_id_,
               .started_ms = started_ms_,
               .lock = directory_.lock(),
               .run_lock = directory_.run_lock(),
               .event_ring = event_ring_.get(),
               .recorder_line = recorders_.descriptor(),
               .edges = edges_.all(),
               .modules = {},
               .events = {gateway_.events().begin(), gateway_.events().end()},
               .last_event = gateway_.last_event(),
               .command = command};
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    Module& module = *modules_[i];
    Handover::Module state{.row = module.row,
                           .memory = tree_.memory(i),
                           .spawns = module.spawns,
                           .end = module.end,
                           .log_tail = module.log.tail(),
                           .process = std::nullopt};
    if (module.process) state.process = module.process->hand_over();
    out.modules.push_back(std::move(state));
  }
  return out;
}

void Node::take_over(Handover handover, const std::string& not_adopted) {
  event_ring_.reset(handover.event_ring);
  recorders_.adopt(UniqueFd(handover.recorder_line));
  gateway_.restore(std::move(handover.events), handover.last_event);
  for (Handover::Module& state : handover.modules) {
    const auto index = find(state.row.name);
    if (index) take_over(*index, std::move(state));
  }
  // With the rows of all of them.
  const auto gateway = find(std::string(kGateway));
  if (gateway && modules_[*gateway]->process) gateway_.attach(modules_[*gateway]->process->control());
  journal_.say("info", not_adopted.empty() ? "took over from version " + handover.version
                                           : "took the node back: " + not_adopted);
  if (not_adopted.empty()) {
    answer(handover.command, Value::map({{"version", kVersion}}));
  } else {
    answer(handover.command, refused("the new statusd gave the node back: " + not_adopted));
  }
}

void Node::take_over(std::size_t index, Handover::Module state) {
  Module& module = *modules_[index];
  tree_.restore(index, std::move(state.memory));
  const std::string interface = state.row.interface;
  module.row = std::move(state.row);
  describe(module.plan, module.row);
  module.spawns = state.spawns;
  module.end = state.end;
  for (const std::string& line : state.log_tail) module.log.remember(line);
  if (!state.process) return;
  module.row.interface = interface;  // what the running process said
  module.process = watch(index, ModuleProcess::child_of(*state.process), module.row.generation);
  module.process->take_over(*state.process);
  // What it has used so far is in its row.
  (void)module.process->use.since_last(cpu_time_of(module.process->pid()), thread_times(module.process->pid()));
  (void)module.process->descendants.since_last(module.process->pid());
  if (is_up(tree_.state(index))) {
    module.process->liveness.emplace(Liveness::Limits{configuration_.ping_interval, configuration_.hang_limit});
    // Whatever was wrong with it ends with its next answer, or is found again in it.
    module.process->liveness->take_over();
    module.process->health = Liveness::Health::slow;
  }
}

void Node::answer(std::uint64_t command, Result<Value> done) {
  const auto gateway = find(std::string(kGateway));
  if (!gateway || !modules_[*gateway]->process) return;
  CommandResult result{.id = command};
  if (done) {
    result.data = std::move(*done);
  } else {
    result.error = done.error();
  }
  modules_[*gateway]->process->control().send(result);
}

Status can_adopt(const Handover& handover, const Blueprint& blueprint) {
  const std::vector<std::string> names = blueprint.names();
  for (const Handover::Module& module : handover.modules) {
    if (!module.process || std::find(names.begin(), names.end(), module.row.name) != names.end()) continue;
    return fail(Code::failed_precondition, "supervisor.cannot_adopt",
                module.row.name + " runs, and this statusd has no such module");
  }
  return {};
}

}  // namespace status::supervisor
