// What a module is made of. A module is a library with one ModuleDefinition; its 40-line main is one placement of it, a
// node inside one process another.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ipc/api/interface.h"
#include "ipc/base/result.h"
#include "ipc/stream/event_stream.h"
#include "ipc/wire/limits.h"

namespace status::host {

class ModuleContext;

// The working part. Made when everything that it needs is there, destroyed before its server: handlers may hold a
// reference to it.
class Service {
 public:
  virtual ~Service() = default;

  // Begins background work (subscriptions, timers). Once, before the module says that it is ready.
  virtual Status start() { return {}; }
  // Ends it; blocks until it has ended. Calls that run are finished before.
  virtual void stop() {}
};

struct ModuleDefinition {
  // Always the same one, which outlives the module. Any thread.
  std::function<const api::Interface&()> interface;
  // Registers handlers with context.server() and returns what answers them. An error with the reason `locked` leaves
  // the module running and locked, and it is asked again twice a second; FAILED_PRECONDITION, INVALID_ARGUMENT and
  // PERMISSION_DENIED end it with exit code 78 (configuration), anything else with 70.
  std::function<Result<std::unique_ptr<Service>>(ModuleContext&)> make;
  unsigned workers = 2;
  std::size_t max_request = ipc::kMaxMessage;  // bytes: what a connection may make the process take before it is known
  std::size_t event_bytes = ipc::EventStream::kDefaultBytes;  // of `<module>.events`; one event may take a quarter
  // It moves large data: has a second socket (ipc/bulk).
  bool bulk = false;
  // For a process that holds keys: no core dumps, no ptrace.
  bool secret = false;
  // For a process that runs somebody else's code: what that prints on standard output has the pipe for itself, a line
  // at a time, and the module's own log is on standard error.
  bool foreign_output = false;
};

}  // namespace status::host
