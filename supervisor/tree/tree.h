// All modules of a node: who is wanted, who waits for whom, and what the shell has to do about it. Pure: events in,
// effects out, time and chance are arguments. One thread.
//
// A module starts when it is wanted and everything it requires is up. It stays up, degraded, when a requirement is
// lost. Shutting down goes backwards: the front (the gateway) first, then each module once nobody who requires it is
// left.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/random.h"
#include "ipc/base/result.h"
#include "supervisor/tree/state_machine.h"

namespace status::supervisor {

struct TreeModule {
  struct Requirement {
    std::size_t module = 0;  // index in the tree
    bool restart_with_it = false;
  };
  std::string name;
  std::vector<Requirement> requires_;
  Rules rules;
  bool front = false;  // requires nobody to start, and goes before all others when the node stops
};

// Something to do, and the transition that it makes; in order, the action before the announcement.
struct Effect {
  std::size_t module = 0;
  Action action = Action::none;
  State from = State::stopped;
  State to = State::stopped;  // the same as `from`: nothing to announce
  std::string cause;          // for people
};
using Effects = std::vector<Effect>;

// Why a module is degraded; several can hold at once.
enum class Trouble : std::uint8_t { own_word = 1, unresponsive = 2, requirement = 4, aborted = 8, frozen = 16 };

enum class Operation : std::uint8_t { start, stop, restart, pause, resume };
std::optional<Operation> operation_from_word(std::string_view word);

struct Exit {
  bool clean = false;          // exit code 0
  bool misconfigured = false;  // exit code 78, or nothing to execute
  std::string cause;           // "exit 78", "signal 9 (SIGKILL)"
};

// What is known of one module, beside what its configuration says.
struct TreeMemory {
  Machine machine;
  bool wanted = true;
  bool left = false;  // its policy says that it is not started again
  std::uint8_t troubles = 0;
  std::string trouble_why;  // of the newest own_word or unresponsive
  std::string kill_why;     // why the shell was told to kill it, or will be
  std::string why;
};

class Tree {
 public:
  // The graph must be acyclic (graph.h). Everything is stopped and wanted.
  Tree(std::vector<TreeModule> modules, Random& random);

  std::size_t size() const { return modules_.size(); }
  const std::string& name(std::size_t module) const { return modules_[module].spec.name; }
  State state(std::size_t module) const { return modules_[module].machine.state; }
  const std::string& why(std::size_t module) const { return modules_[module].why; }
  bool wanted(std::size_t module) const { return modules_[module].wanted; }
  // The planned restart; none when there is none or it waits for a requirement.
  std::optional<MonotonicTime> next_attempt(std::size_t module) const;
  // The earliest time at which `tick` has something to do.
  std::optional<MonotonicTime> next_wakeup() const;
  // No process is left.
  bool all_down() const;

  // What another image of the supervisor goes on with, before its first tick.
  const TreeMemory& memory(std::size_t module) const { return modules_[module]; }
  void restore(std::size_t module, TreeMemory memory) {
    static_cast<TreeMemory&>(modules_[module]) = std::move(memory);
  }

  // Before the first tick: what was remembered from the last run.
  void set_wanted(std::size_t module, bool wanted) { modules_[module].wanted = wanted; }

  // The first one starts the node.
  Effects tick(MonotonicTime now);
  Effects on_ready(std::size_t module, MonotonicTime now);
  Effects on_trouble(std::size_t module, Trouble trouble, const std::string& why, MonotonicTime now);
  Effects on_trouble_over(std::size_t module, Trouble trouble, MonotonicTime now);
  // Given up: no sign of life up to the limit. It is aborted, and killed if that does not end it.
  Effects on_hang(std::size_t module, const std::string& why, MonotonicTime now);
  // The same of a process that somebody has stopped: it cannot run the handler of an abort. It is continued, and killed
  // if it gives no sign of life in time; that sign is on_thawed(), which does nothing to a module that was not frozen.
  Effects on_frozen(std::size_t module, const std::string& why, MonotonicTime now);
  Effects on_thawed(std::size_t module, MonotonicTime now);
  // It has used more than its limit: it is drained, and its end is a death for the restart policy.
  Effects on_over_limit(std::size_t module, const std::string& why, MonotonicTime now);
  bool over_limit(std::size_t module) const { return modules_[module].machine.over_limit; }
  // Also when the process could not be made.
  Effects on_exit(std::size_t module, const Exit& exit, MonotonicTime now);
  // FAILED_PRECONDITION: to stop or pause the front (nobody could start it again), to pause what is not up, to resume
  // what is not paused.
  Result<Effects> command(std::size_t module, Operation operation, MonotonicTime now);
  // Ordered stop of everything; nothing starts any more.
  Effects shut_down(MonotonicTime now);

  // A new configuration. Indices stay: a module that is gone keeps its place. The graph of all that are not retired
  // must be acyclic; `tick` starts what is new and stops what is retired.
  std::size_t add(TreeModule module);                 // its index; stopped and wanted
  void replace(std::size_t module, TreeModule with);  // name and state stay; ends a retirement
  void retire(std::size_t module);
  bool retired(std::size_t module) const { return modules_[module].retired; }
  // What its process was given has changed: a running one is restarted, a waiting one is tried at once, and what failed
  // before is forgotten. One that is not wanted stays as it is.
  Effects renew(std::size_t module, MonotonicTime now);

 private:
  struct Module : TreeMemory {
    explicit Module(TreeModule module) : spec(std::move(module)) {}
    TreeModule spec;
    bool retired = false;  // not in the configuration any more
  };

  Effects give_up(std::size_t index, Event event, Trouble trouble, const std::string& why, MonotonicTime now);
  void deliver(std::size_t index, const Input& input, const std::string& cause, MonotonicTime now, Effects& effects);
  // Starts, stops, degrades and recovers until nothing changes.
  void reconcile(MonotonicTime now, Effects& effects);
  bool reconcile_one(std::size_t index, MonotonicTime now, Effects& effects);
  bool should_run(const Module& module) const {
    return module.wanted && !module.retired && !module.left && !shutting_down_;
  }
  bool may_stop(std::size_t index) const;
  bool may_start(std::size_t index) const;
  const std::string* lost_requirement(const Module& module) const;
  std::string degraded_cause(const Module& module) const;
  double chance();

  std::vector<Module> modules_;
  Random& random_;
  bool shutting_down_ = false;
};

}  // namespace status::supervisor
