// The front door of a node as an object: what status-gateway runs, and what a node inside one process has as well.
//
// It is told of modules and of the supervisor's events, and offers one address: `module.method` is forwarded, and
// `supervisor.*` (api.h) is its own. Threads: NNG's, one for housekeeping (ipc::Server), one office, and one of the
// door for other machines where that is open (remote/remote_door.h).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/control/control_line.h"
#include "ipc/control/crash_area.h"
#include "ipc/server/server.h"
#include "metrics/flight/recorder.h"
#include "supervisor/gateway/log.h"
#include "supervisor/gateway/records/node_folders.h"
#include "supervisor/gateway/supervisor_link.h"

namespace status::gateway {

struct GatewayConfig {
  std::string url;  // of the front door: ipc://<run>/supervisor.sock, or inproc://<name>
  std::uint64_t generation = 1;
  std::string version;
  std::string boot_id;
  std::shared_ptr<const ipc::AccessPolicy> access;  // of the local user; those with named tokens are let in besides
  std::string tokens_file;                          // keeps the named tokens; empty: they end with the gateway
  std::string metrics_listen;                       // "127.0.0.1:9464"; empty: metrics are not served
  std::vector<std::string> metrics_allowed_hosts;   // names that it is asked by besides addresses and "localhost"
  std::string metrics_certificate_file;             // of tls::WebCertificate; empty: without TLS
  bool metrics_require_token = false;               // http/admission.h
  std::string metrics_address_file;                 // where the address that is served is written; empty: nowhere
  std::string remote_listen;                        // "tls+tcp://0.0.0.0:7443"; empty: no other machine can connect
  std::string remote_key_file;                      // the node's own key for that; made when it is needed
  std::string remote_address_file;                  // where the address that is served is written; empty: nowhere
  NodeFolders folders;                              // of whose files the dashboard shows some; empty: none
  bool allow_faults = false;                        // an operator may put faults into modules
  std::string faults_state_file;                    // keeps them when this gateway is killed; empty: none
  std::string metrics_state_file;            // keeps counters from falling when this gateway is killed; empty: none
  std::span<std::uint8_t> event_memory;      // outlives the gateway; empty: memory of its own
  ipc::control::CrashArea* crash = nullptr;  // outlives the gateway, as the next one
  metrics::flight::Recorder* flights = nullptr;
  int recorder_line = -1;  // where the other processes' flight recorders come from; the gateway closes it
  std::chrono::milliseconds snapshot_period{5'000};
  int log_fd = -1;
};

class Gateway {
 public:
  // What it works with; all outlive it.
  struct Tools {
    SupervisorLink& supervisor;
    const Clock& clock;
    Random& random;  // any thread
  };

  Gateway(GatewayConfig config, const Tools& tools);
  // finish() if that has not been done; closes the sockets.
  ~Gateway();

  // Listens. Give it the rows first: what is not known yet is NOT_FOUND. A metrics address that cannot be had is a
  // warning in the log. Errors: those of ipc::Server::listen.
  Status start();

  // What the supervisor says, in its order. One thread at a time.
  void module_changed(ipc::control::ModuleRow row);
  void supervisor_event(const ipc::control::SupervisorEvent& event);
  void supervisor_sample(const ipc::control::SupervisorSample& sample);

  // Takes no new calls, waits for those under way until `deadline`, answers parked polls, ends its threads, lets the
  // last replies out. The sockets stay open: a process at its end leaves them to the kernel.
  void finish(MonotonicTime deadline);

  // Any thread.
  ipc::control::Pong pong(std::uint64_t n) const;
  // As Server::housekeeping_stall(). One thread.
  std::chrono::milliseconds housekeeping_stall();
  // "http://127.0.0.1:9464/metrics"; empty when they are not served. After start().
  const std::string& metrics_url() const;
  const Log& log() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// "1.0", as `ready` says it.
std::string interface_version();

}  // namespace status::gateway
