#include "supervisor/statusd/node.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "ipc/control/descriptors.h"
#include "supervisor/process/bounds.h"
#include "supervisor/process/memfd.h"
#include "supervisor/process/process_stats.h"

namespace status::supervisor {
namespace {

constexpr std::chrono::seconds kSamplingInterval{1};
// Less than that of a second's processor time changes no row: it goes along with the next change.
constexpr std::chrono::milliseconds kWorthTelling{1};

std::uint64_t in_us(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count(), 0));
}

std::string draw_boot_id(Random& random) {
  std::array<std::uint8_t, 16> id;
  random.fill(id);
  return to_hex(id);
}

}  // namespace

Node::Node(RunDirectory directory, Blueprint blueprint, const Tools& tools, std::optional<Adoption> adoption)
    : clock_(tools.clock),
      random_(tools.random),
      journal_(tools.journal),
      spawner_(tools.spawner),
      protection_(tools.protection),
      service_manager_(tools.service_manager),
      logs_(tools.logs),
      reload_(tools.reload),
      self_(tools.self),
      adoption_(std::move(adoption)),
      directory_(std::move(directory)),
      configuration_(blueprint.configuration),
      boot_id_(adoption_ ? adoption_->handover.boot_id : draw_boot_id(tools.random)),
      started_ms_(adoption_ ? adoption_->handover.started_ms : tools.clock.unix_ms()),
      store_(directory_.paths().state()),
      edges_(directory_.paths(), tools.random),
      tree_(blueprint.tree(), tools.random),
      gateway_(boot_id_, blueprint.modules.size(), [this](std::size_t module) { return modules_[module]->row; }),
      recorders_([this](std::size_t module) { return recorder_of(module); }),
      wakeup_(loop_),
      beat_(loop_),
      sampling_(loop_),
      proof_of_life_(loop_),
      quiet_(loop_),
      settling_(loop_),
      stop_deadline_(loop_),
      signals_(loop_, SIGTERM, SIGINT, SIGHUP),
      upgrade_check_(loop_) {
  if (adoption_) edges_.restore(adoption_->handover.edges);
  edges_.update(blueprint.modules);
  for (ModulePlan& plan : blueprint.modules) add_module(std::move(plan));
}

Status Node::run() {
  if (auto prepared = prepare(); !prepared) return prepared;
  arm_signals();
  arm_beat();
  arm_sampling();
  if (auto watched = watchdog_.start(configuration_.supervisor_hang_limit); !watched) return watched;
  arm_proof_of_life();
  perform(tree_.tick(now()));
  tell_service_manager();
  loop_.run();
  settle_deaths();
  account_logs();
  store_.settle();
  journal_.say("info", "stopped");
  return {};
}

Status Node::prepare() {
  auto stopped = store_.load_stopped();
  if (!stopped) return fail(stopped.error());
  stopped_ = std::move(*stopped);
  if (!adoption_) return begin_afresh();
  Adoption adoption = std::move(*adoption_);
  adoption_.reset();
  take_over(std::move(adoption.handover), adoption.not_adopted);
  return {};
}

Status Node::begin_afresh() {
  auto ring = make_memfd("status-events", ipc::control::kEventRingBytes);
  if (!ring) return fail(ring.error());
  event_ring_ = std::move(*ring);
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    const bool wanted = is_gateway(i) || !stopped_.contains(modules_[i]->row.name);
    tree_.set_wanted(i, wanted);
    Row& row = modules_[i]->row;
    if (!wanted) row.why = "stopped by an operator";
    for (const std::string& required : row.requires_) {
      if (wanted) row.why += (row.why.empty() ? "waits for " : ", ") + required;
    }
  }
  if (auto written = directory_.write_token(random_); !written) return written;
  journal_.say("info", "started: pid " + std::to_string(::getpid()) + ", boot id " + boot_id_);
  return {};
}

void Node::perform(const Effects& effects) {
  for (const Effect& effect : effects) {
    act(effect);
    if (effect.from != effect.to) announce(effect);
  }
  arm_wakeup();
  finish_if_down();
}

void Node::arm_wakeup() {
  const auto at = tree_.next_wakeup();
  if (!at) {
    wakeup_.cancel();
    return;
  }
  wakeup_.expires_at(*at);
  wakeup_.async_wait([this](const boost::system::error_code& error) {
    if (!error) perform(tree_.tick(now()));
  });
}

void Node::arm_beat() {
  beat_.expires_after(configuration_.ping_interval);
  beat_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (std::size_t i = 0; i < modules_.size(); ++i) beat(i);
    arm_beat();
  });
}

// Twice as often as anybody looks.
void Node::arm_proof_of_life() {
  watchdog_.beat();
  service_manager_.pet();
  std::chrono::microseconds often = configuration_.supervisor_hang_limit / (2 * LoopWatchdog::kTicks);
  if (const auto expected = service_manager_.watchdog()) often = std::min(often, *expected / 2);
  proof_of_life_.expires_after(often);
  proof_of_life_.async_wait([this](const boost::system::error_code& error) {
    if (!error) arm_proof_of_life();
  });
}

void Node::beat(std::size_t index) {
  ModuleProcess* process = modules_[index]->process.get();
  if (process == nullptr || !process->liveness) return;
  milliseconds starved{0};
  if (process->liveness->is_suspicious()) {
    starved = process->starvation.since_last(thread_times(process->pid()), now());
  } else {
    process->starvation.reset();
  }
  const auto verdict = process->liveness->tick(now(), starved);
  if (verdict.ping && process->control().send(ipc::control::Ping{*verdict.ping}) == ControlChannel::Sent::queued &&
      is_gateway(index)) {
    gateway_.ping_sent(*verdict.ping);
  }
  judge(index, verdict);
}

void Node::judge(std::size_t index, const Liveness::Verdict& verdict) {
  ModuleProcess& process = *modules_[index]->process;
  if (verdict.health == process.health) return;
  const auto before = std::exchange(process.health, verdict.health);
  if (before == Liveness::Health::hung) perform(tree_.on_thawed(index, now()));
  if (verdict.health == Liveness::Health::good) {
    return perform(tree_.on_trouble_over(index, Trouble::unresponsive, now()));
  }
  const bool stopped = is_stopped(process.pid());
  const std::string why = verdict.why + (stopped ? "; somebody has stopped it (SIGSTOP)" : "");
  if (verdict.health == Liveness::Health::slow) {
    return perform(tree_.on_trouble(index, Trouble::unresponsive, why, now()));
  }
  perform(stopped ? tree_.on_frozen(index, why, now()) : tree_.on_hang(index, why, now()));
}

void Node::arm_sampling() {
  sampling_.expires_after(kSamplingInterval);
  sampling_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    // It is armed anew each time: what it comes late is the loop's lag and no more.
    const auto late = std::chrono::steady_clock::now() - sampling_.expiry();
    loop_lag_us_ = std::max<std::uint64_t>(loop_lag_us_, in_us(late));
    sample();
    recorders_.flush();
    account_logs();
    arm_sampling();
  });
}

void Node::sample() {
  for (std::size_t i = 0; i < modules_.size(); ++i) sample(i);
  gateway_.sample({.started_ms = started_ms_,
                   .loop_lag_us = std::exchange(loop_lag_us_, 0),
                   .cpu_us = in_us(cpu_time_of(::getpid())),
                   .anonymous_bytes = memory_of(::getpid()).anonymous_bytes});
}

void Node::sample(std::size_t index) {
  Module& module = *modules_[index];
  Row& row = module.row;
  ProcessMemory memory;
  ProcessorUse::Growth growth;
  if (module.process) {
    const pid_t pid = module.process->pid();
    memory = memory_of(pid);
    growth = module.process->use.since_last(cpu_time_of(pid), thread_times(pid));
    // Else its filter of system calls forbids new processes.
    if (row.sandbox_level == 0) {
      const Descendants::Use others = module.process->descendants.since_last(pid);
      memory.resident_bytes += others.memory.resident_bytes;
      memory.anonymous_bytes += others.memory.anonymous_bytes;
      growth.ran += others.growth.ran;
      growth.waited += others.growth.waited;
    }
  }
  const bool grew = growth.ran >= kWorthTelling || growth.waited >= kWorthTelling;
  row.cpu_us += in_us(growth.ran);
  row.run_delay_us += in_us(growth.waited);
  if (grew || memory.resident_bytes != row.rss_bytes || memory.anonymous_bytes != row.anonymous_bytes) {
    row.rss_bytes = memory.resident_bytes;
    row.anonymous_bytes = memory.anonymous_bytes;
    publish(index);
  }
  // Also of one that has stayed as large as it was before it was ready.
  if (memory.anonymous_bytes <= row.memory_limit_bytes) return;
  perform(tree_.on_over_limit(index,
                              "memory: " + std::to_string(memory.anonymous_bytes >> 20) +
                                  " MiB anonymous, the limit is " + std::to_string(row.memory_limit_bytes >> 20) +
                                  " MiB",
                              now()));
}

void Node::account_logs() {
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    Module& module = *modules_[i];
    if (!module.log.report_dropped(module.row.generation)) continue;
    module.row.log_lines_dropped = module.log.dropped();
    publish(i);
  }
}

void Node::arm_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    arm_signals();
    if (number == SIGHUP) return stopping_ ? void() : reconfigure_by_signal();
    if (!stopping_) {
      stopping_ = true;
      service_manager_.stopping();
      journal_.say("info", "stopping: " + signal_name(number));
      arm_stop_deadline();
      return perform(tree_.shut_down(now()));
    }
    kill_what_is_left("a second signal");
  });
}

// Each module has its own time to stop; one after the other, they must not keep the machine from going down.
void Node::arm_stop_deadline() {
  stop_deadline_.expires_after(configuration_.stop_within);
  stop_deadline_.async_wait([this](const boost::system::error_code& error) {
    if (!error) kill_what_is_left("not stopped within " + std::to_string(configuration_.stop_within.count()) + " ms");
  });
}

void Node::kill_what_is_left(const std::string& why) {
  journal_.warn_operator(why + ": killing what is left");
  for (const auto& module : modules_) {
    if (module->process) module->process->signal(SIGKILL);
  }
}

void Node::finish_if_down() {
  if (stopping_ && tree_.all_down()) loop_.stop();
}

}  // namespace status::supervisor
