// The running node: the loop that turns events of processes, descriptors and timers into events of the tree, and its
// effects into system calls. One thread, the one that called the constructor; it must live as long as the node, because
// the children die with it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "supervisor/plan/blueprint.h"
#include "supervisor/process/crash_record.h"
#include "supervisor/process/loop_watchdog.h"
#include "supervisor/process/run_directory.h"
#include "supervisor/process/service_manager.h"
#include "supervisor/process/spawner.h"
#include "supervisor/process/state_store.h"
#include "supervisor/statusd/command_memory.h"
#include "supervisor/statusd/edges.h"
#include "supervisor/statusd/gateway_link.h"
#include "supervisor/statusd/handover.h"
#include "supervisor/statusd/journal.h"
#include "supervisor/statusd/module_process.h"
#include "supervisor/statusd/protection.h"
#include "supervisor/statusd/recorder_line.h"
#include "supervisor/statusd/upgrade.h"
#include "supervisor/tree/tree.h"

namespace status::supervisor {

// This program, as it would be started again.
struct Self {
  std::string executable;              // absolute
  std::vector<std::string> arguments;  // without the executable, and without those of an adoption
};

class Node {
 public:
  // What the node works with; all of it outlives the node.
  struct Tools {
    Spawner& spawner;
    Protection& protection;
    Journal& journal;
    const Clock& clock;
    Random& random;
    LogLimits logs;
    ServiceManager& service_manager;
    std::function<Result<Blueprint>()> reload;  // what the files say now
    Self self;
  };

  // What another image of statusd left, if this one follows on it.
  struct Adoption {
    Handover handover;
    std::string not_adopted;  // why the image in between gave it back; empty: there was none
  };

  // `directory` is prepared, `blueprint` checked, and what is adopted fits it (can_adopt).
  Node(RunDirectory directory, Blueprint blueprint, const Tools& tools, std::optional<Adoption> adoption = {});

  // Starts everything that is wanted and returns when SIGTERM or SIGINT has stopped it in order; a second signal kills
  // what is left. Errors: what was remembered cannot be read, the event ring cannot be made.
  Status run();

 private:
  // One that everybody has heard of. Its record takes as long as half a spawn: what comes after it starts first.
  struct Death {
    std::unique_ptr<ModuleProcess> process;
    std::optional<CrashRecord> record;  // without what the process has left; none of an end in order
    MonotonicTime at;
  };
  struct Module {
    ModulePlan plan;
    ModuleLog log;
    ipc::control::ModuleRow row;  // as the gateway knows it
    std::unique_ptr<ModuleProcess> process;
    ModuleProtection ahead;      // for the process after this one
    std::optional<Death> death;  // of the incarnation before, until it is settled
    std::uint64_t spawns = 0;
    std::string end = "other";  // of the incarnation before, as restart_causes counts it
  };
  using Row = ipc::control::ModuleRow;

  // node.cpp: the loop
  Status prepare();
  Status begin_afresh();
  void perform(const Effects& effects);
  void arm_wakeup();
  void arm_beat();
  void arm_proof_of_life();
  void arm_sampling();
  void arm_signals();
  void arm_stop_deadline();
  void kill_what_is_left(const std::string& why);
  void beat(std::size_t index);
  void judge(std::size_t index, const Liveness::Verdict& verdict);
  void sample();
  void sample(std::size_t index);
  void account_logs();
  void finish_if_down();

  // node_effects.cpp: what the tree wants done, and telling of it
  void act(const Effect& effect);
  void announce(const Effect& effect);
  void spawn(std::size_t index);
  Result<std::unique_ptr<ModuleProcess>> make_process(std::size_t index);
  Result<Child> make_child(std::size_t index);
  std::unique_ptr<ModuleProcess> watch(std::size_t index, Child child, std::uint64_t generation);
  bool send_bootstrap(std::size_t index);
  void drain(std::size_t index);
  void signal(std::size_t index, int number);
  void publish(std::size_t index);
  void tell_service_manager();

  // node_configuration.cpp: what it is made of, and another configuration
  struct Reconfiguration {
    Value report;     // {changes: […]}
    Effects effects;  // to be performed; none when it was only asked for
  };
  // Errors: those of load_blueprint and of new directories; nothing has changed then.
  Result<Reconfiguration> reconfigure(bool apply);
  void reconfigure_by_signal();
  void take_on(Blueprint wanted);
  void tell_of_configuration(Module& module, bool new_level);
  LogRate log_rate() const;
  void bound_logs();
  void watch_loop();
  Blueprint running() const;
  std::size_t add_module(ModulePlan plan);
  Row row_of(const ModulePlan& plan) const;
  void describe(const ModulePlan& plan, Row& row) const;

  // node_upgrade.cpp: from one image of statusd to another
  void on_upgrade(const ipc::control::Command& command);
  Status start_upgrade(const ipc::control::Command& command);
  void upgrade_when_quiet(const std::string& executable, std::uint64_t command, MonotonicTime deadline);
  Error become(const std::string& executable, std::uint64_t command);
  Handover hand_over(std::uint64_t command);
  void take_over(Handover handover, const std::string& not_adopted);
  void take_over(std::size_t index, Handover::Module state);
  // To a command of the gateway's, if there is one.
  void answer(std::uint64_t command, Result<Value> done);

  // node_events.cpp: what modules do and say
  void on_exit(std::size_t index, const ExitReport& report);
  void on_message(std::size_t index, const ipc::control::FromModule& message);
  void on_ready(std::size_t index, const ipc::control::Ready& ready);
  // Into the journal, as far as one module may fill it.
  void complain(std::size_t index, std::string_view level, std::string_view what);
  void on_pong(std::size_t index, const ipc::control::Pong& pong);
  void on_locked(std::size_t index, bool locked);
  void on_command(std::size_t index, const ipc::control::Command& command);
  void on_configure(const ipc::control::Command& command);
  static Error no_module(const std::string& name);
  Result<Value> settings_of(const std::string& module) const;
  // The tree has moved once this succeeds: its effects must be performed.
  std::optional<RecorderLine::Recorder> recorder_of(std::size_t index) const;
  Result<Effects> decide(const ipc::control::Command& command);
  Status save_wanted();
  void settle_deaths_soon();
  void settle_deaths();
  void settle_death(std::size_t index);
  void keep_record(Death& death);
  std::optional<std::size_t> find(const std::string& name) const;

  bool is_gateway(std::size_t index) const { return modules_[index]->row.name == kGateway; }
  MonotonicTime now() const { return clock_.monotonic(); }

  const Clock& clock_;
  Random& random_;
  Journal& journal_;
  Spawner& spawner_;
  Protection& protection_;
  ServiceManager& service_manager_;
  LogLimits logs_;
  const std::function<Result<Blueprint>()> reload_;
  const Self self_;
  std::optional<Adoption> adoption_;  // until run() has taken it on
  RunDirectory directory_;
  Configuration configuration_;
  std::string boot_id_;
  const std::int64_t started_ms_;  // Unix; of the first image of this process
  UniqueFd event_ring_;
  StateStore store_;
  std::set<std::string> stopped_;  // as on disk
  EdgeBook edges_;
  Tree tree_;
  CommandMemory commands_;
  boost::asio::io_context loop_;
  std::vector<std::unique_ptr<Module>> modules_;
  GatewayLink gateway_;
  RecorderLine recorders_;
  boost::asio::steady_timer wakeup_;
  boost::asio::steady_timer beat_;
  boost::asio::steady_timer sampling_;
  boost::asio::steady_timer proof_of_life_;
  boost::asio::steady_timer quiet_;
  boost::asio::steady_timer settling_;
  boost::asio::steady_timer stop_deadline_;
  boost::asio::signal_set signals_;
  UpgradeCheck upgrade_check_;
  LoopWatchdog watchdog_;
  std::uint64_t loop_lag_us_ = 0;  // the worst since the last sample
  bool stopping_ = false;
};

// Whether a node of this blueprint can go on with it: every module that runs is one of its own. FAILED_PRECONDITION
// (`supervisor.cannot_adopt`) names one that is not.
Status can_adopt(const Handover& handover, const Blueprint& blueprint);

}  // namespace status::supervisor
