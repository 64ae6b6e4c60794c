// The life of one module in whatever place: bootstrap in, ready out, drain, stop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "services/host/module.h"
#include "services/host/module_context.h"

namespace status::host {

// One control thread calls everything here.
class ModuleRuntime {
 public:
  // `url` is where to serve: ipc://<run_dir>/rpc.sock or inproc://<name>. `supervisor`, `logger`, and where there are
  // any `crash` and `flights`, outlive this.
  ModuleRuntime(const ModuleDefinition& definition, ipc::control::Bootstrap bootstrap, std::string url,
                SupervisorChannel& supervisor, Logger& logger, ipc::control::CrashArea* crash = nullptr,
                metrics::flight::Recorder* flights = nullptr);
  // finish() if that has not been done.
  ~ModuleRuntime();

  // Listens, makes the service and says `ready`; or `ready` and `locked` when its key is not to be had yet.
  Status start();
  // While the module is locked: tries again, on a worker, because keys may hang and a migration may take long. Returns
  // at once; an error is that of an attempt that has ended. Call it now and then.
  Status retry_locked();
  bool locked() const { return locked_; }

  // Waits for an attempt to unlock. Takes no new work, finishes what runs until `deadline`, ends the background work
  // and lets the last replies out. The sockets stay open: see ipc::Socket::abandon for why a process leaves them to the
  // kernel.
  void finish(MonotonicTime deadline);

  void set_edges(const ipc::control::Edges& edges);
  ipc::control::Pong pong(std::uint64_t n) const;
  ipc::Server& server() { return server_; }

 private:
  Status make_service();
  void attempt();

  const ModuleDefinition& definition_;
  const ipc::control::Bootstrap bootstrap_;
  const api::Interface interface_;  // under the name that the module has here
  SupervisorChannel& supervisor_;
  Logger& logger_;
  metrics::Instruments instruments_;
  std::atomic<bool> locked_{false};
  std::atomic<bool> open_{false};
  bool finished_ = false;
  std::mutex attempt_mutex_;  // guards the next two
  bool attempting_ = false;
  Status attempted_;
  std::condition_variable attempt_ended_;
  ipc::Server server_;
  std::unique_ptr<ModuleContext> context_;  // before the server: its streams hold calls
  std::unique_ptr<Service> service_;        // the attempt's while there is one
};

}  // namespace status::host
