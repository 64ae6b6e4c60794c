// The part of a supervisor that a node inside one process needs: it reads the same manifests and settings as statusd,
// starts, stops and restarts modules, and tells the gateway. It restarts nothing by itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "services/host/executor.h"
#include "supervisor/gateway/gateway.h"
#include "supervisor/process/run_directory.h"
#include "supervisor/process/state_store.h"
#include "supervisor/statusd/edges.h"
#include "tests/support/inproc_module.h"

namespace status::test {

class InprocSupervisor final : private gateway::SupervisorLink {
 public:
  // Everything that the settings want, in the order of its requirements. Errors: the configuration's, the gateway's,
  // and a module's that cannot run; UNIMPLEMENTED names a module whose library this program does not link.
  static Result<std::unique_ptr<InprocSupervisor>> start(const std::string& data_dir,
                                                         const std::vector<std::string>& settings);
  // Stops everything, the gateway first.
  ~InprocSupervisor() override;

  std::string url() const { return inproc_url("ipc://" + directory_.paths().front_socket()); }
  std::string token_file() const { return directory_.paths().token(); }

 private:
  InprocSupervisor(supervisor::RunDirectory directory, supervisor::Blueprint blueprint);

  void command(ipc::control::Command command, Done done) override;  // any thread

  // What follows runs on control_, one at a time.
  Status bring_up();
  Status open_gateway();
  std::optional<Error> obey(const std::string& op, const std::string& name);
  Status start_module(InprocModule& module);
  void stop_module(InprocModule& module);
  void said(const std::string& name, std::uint64_t generation, const ipc::control::FromModule& message);
  void move(InprocModule& module, const std::string& to, const std::string& cause);
  void event(const std::string& topic, std::uint64_t generation, Value data);
  void retry_locked();
  std::optional<MonotonicTime> next_retry() const;
  InprocModule* find(const std::string& name);

  supervisor::RunDirectory directory_;
  supervisor::Blueprint blueprint_;
  SystemClock clock_;
  SystemRandom random_;
  supervisor::StateStore store_;
  supervisor::EdgeBook edges_;
  const std::string boot_id_;
  std::uint64_t last_event_ = 0;
  std::vector<std::unique_ptr<InprocModule>> modules_;  // in the order of starting
  std::unique_ptr<gateway::Gateway> gateway_;
  host::Executor control_;
};

}  // namespace status::test
