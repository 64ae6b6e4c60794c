// What the host gives to a module: its place, its server, its events, clients to what it requires, and instruments.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "ipc/api/convert.h"
#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/bulk/bulk_server.h"
#include "ipc/client/client.h"
#include "ipc/control/control_line.h"
#include "ipc/server/server.h"
#include "ipc/stream/event_stream.h"
#include "metrics/instruments.h"
#include "services/host/backend_gate.h"
#include "services/host/faults/fault_book.h"
#include "services/host/logger.h"
#include "services/host/reexport.h"

namespace status::host {

// What the supervisor hears from a module: descriptor 3 of a process, a function call inside one. Any thread.
class SupervisorChannel {
 public:
  virtual ~SupervisorChannel() = default;
  virtual void send(const ipc::control::FromModule& message) = 0;
};

// Outlives the service. Any thread, but for client(), which is for the service's construction.
class ModuleContext {
 public:
  ModuleContext(const ipc::control::Bootstrap& bootstrap, std::string version, ipc::Server& server,
                metrics::Instruments& instruments, SupervisorChannel& supervisor, Logger& logger,
                std::size_t event_bytes = ipc::EventStream::kDefaultBytes, bool bulk = false);

  const std::string& module() const { return bootstrap_.module; }
  std::uint64_t generation() const { return bootstrap_.generation; }
  // The module's own folder, 0700.
  const std::string& data_dir() const { return bootstrap_.data_dir; }
  const Value& config() const { return bootstrap_.config; }
  const std::string& backend() const { return bootstrap_.backend; }
  const std::string& version() const { return version_; }

  ipc::Server& server() { return server_; }
  // The second socket; null without ModuleDefinition::bulk.
  ipc::BulkServer* bulk() { return bulk_.get(); }
  metrics::Instruments& instruments() { return instruments_; }
  // Empty unless the node was started with --allow-faults.
  FaultBook& faults() { return faults_; }
  // For a module with a backend: all its calls go through here.
  BackendGate& backend_gate() { return backend_gate_; }
  Logger& log() { return logger_; }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }

  // To a module that the manifest requires. FAILED_PRECONDITION (`host.not_required`) for any other.
  Result<ipc::Client*> client(const std::string& module);

  // The volatile stream `<module>.events.next`.
  ipc::EventStream& events() { return events_; }
  // Publishes one event under "<module>.<name>" and returns the cursor after which it is visible.
  template <api::Described E>
  std::string publish(const std::string& name, const E& event, std::optional<ipc::Trace> trace = {}) {
    const Result<Bytes> encoded = api::encode(event);
    return encoded ? events_.publish(module() + "." + name, *encoded, trace) : std::string();
  }

  // Shows what the module's manifest names of that source, until the result is destroyed; null when it names nothing.
  [[nodiscard]] std::unique_ptr<Reexport> reexport(MetricsSource source);

  // What keeps the module from working as it should, one text for each thing that it is about ("database"). Shown in
  // `statusctl status` from the moment that the module is ready until all of them are over.
  void degraded(const std::string& about, const std::string& why);
  void recovered(const std::string& about);  // nothing happens where nothing was wrong
  // The host's word that the module serves.
  void say_ready();
  // The module's last word before it ends by itself, with exit code 70 or a signal: why.
  void say_fatal(const std::string& reason, const std::string& message);

  // True from the moment that the module is asked to stop: what takes long on a worker breaks off.
  const std::atomic<bool>& ending() const { return ending_; }
  // Called once when that is said, on the thread that says it; null: nobody. One listener.
  void on_end(std::function<void()> listener);
  void end();

 private:
  ipc::control::Ready ready_message() const;
  void say_troubled() { supervisor_.send(ipc::control::Degraded{troubles_.begin()->second}); }

  const ipc::control::Bootstrap& bootstrap_;
  const std::string version_;
  ipc::Server& server_;
  metrics::Instruments& instruments_;
  SupervisorChannel& supervisor_;
  Logger& logger_;
  SystemClock clock_;
  SystemRandom random_;
  FaultBook faults_;
  BackendGate backend_gate_;
  const std::unique_ptr<ipc::BulkServer> bulk_;
  std::atomic<bool> ending_{false};
  std::mutex end_mutex_;  // guards the next one, also while it runs
  std::function<void()> on_end_;
  std::mutex state_mutex_;                       // guards the next two, and the order of what is said of them
  bool ready_ = false;                           // a `degraded` before `ready` would be undone by it
  std::map<std::string, std::string> troubles_;  // why, by what it is about
  std::map<std::string, std::unique_ptr<ipc::Client>> clients_;
  ipc::EventStream events_;
};

}  // namespace status::host
