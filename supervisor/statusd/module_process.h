// One incarnation of a module: its process and everything that statusd holds of it. Runs on the loop's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ipc/control/control_line.h"
#include "ipc/control/crash_area.h"
#include "ipc/control/crash_stacks.h"
#include "supervisor/process/control_channel.h"
#include "supervisor/process/descendants.h"
#include "supervisor/process/exit_watcher.h"
#include "supervisor/process/log_pipe.h"
#include "supervisor/process/module_log.h"
#include "supervisor/process/spawner.h"
#include "supervisor/statusd/handover.h"
#include "supervisor/tree/liveness.h"
#include "supervisor/tree/processor_use.h"
#include "supervisor/tree/starvation.h"

namespace status::supervisor {

class ModuleProcess {
 public:
  struct Callbacks {
    std::function<void(const ExitReport&)> exited;  // may destroy this object
    std::function<void(const ipc::control::FromModule&)> message;
    std::function<void(const std::string&)> problem;
  };

  // `log` takes its output and must outlive it.
  ModuleProcess(boost::asio::io_context& loop, Child child, std::uint64_t generation, ModuleLog& log,
                Callbacks callbacks);

  pid_t pid() const { return pid_; }
  std::uint64_t generation() const { return generation_; }
  ControlChannel& control() { return control_; }
  int recorder() const { return recorder_.get(); }  // stays this object's
  void signal(int number) { watcher_.signal(number); }

  // After its death: everything that it had said and written.
  void read_rest();
  Result<std::vector<ipc::control::CallInFlight>> calls_in_flight() const;
  Result<ipc::control::CrashStacks> stacks() const;

  // For another image of the supervisor, and from one: what is open, and half lines.
  Handover::Process hand_over();
  static Child child_of(const Handover::Process& process);
  void take_over(const Handover::Process& process);

  // Facts that the node keeps about this incarnation.
  MonotonicTime started{};
  std::optional<MonotonicTime> ready;
  std::optional<Liveness> liveness;  // while it is up
  Liveness::Health health = Liveness::Health::good;
  ProcessorUse use;
  Descendants descendants;  // where it can have some
  Starvation starvation;    // while liveness is suspicious
  std::optional<ipc::control::Fatal> fatal;
  bool dead = false;  // what it still says was said before

 private:
  LogPipe::OnLine log_lines(std::string_view stream);

  pid_t pid_;
  std::uint64_t generation_;
  ModuleLog& log_;
  UniqueFd crash_;
  UniqueFd recorder_;
  ControlChannel control_;
  LogPipe output_;
  LogPipe errors_;
  ExitWatcher watcher_;
};

}  // namespace status::supervisor
