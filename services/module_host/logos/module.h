// A native Logos module as the module of this process. One thread calls it, one call after the other, as its makers'
// host does; a worker waits for each call, so that a module that hangs is found and ended as any other.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "services/host/module.h"
#include "services/host/module_context.h"
#include "services/module_host/logos/delegate.h"
#include "services/module_host/logos/interface.h"
#include "services/module_host/logos/library.h"
#include "services/module_host/logos/library_thread.h"
#include "services/module_host/logos/outbound.h"

namespace status::module_host::logos {

struct LoadedModule {
  // Asks the library, on its thread, what it is. Errors: those of LogosLibrary::resolve and read_methods,
  // FAILED_PRECONDITION `module_host.unknown_setting`.
  static Result<std::shared_ptr<LoadedModule>> open(const host::native::Library& library,
                                                    const ipc::control::Bootstrap& bootstrap);

  std::vector<std::string> callees;  // the modules that it may call
  LogosLibrary library;
  LogosInterface interface;
  LibraryThread thread;
};

class LogosModule final : public host::Service {
 public:
  // Both outlive this. Registers the methods.
  LogosModule(host::ModuleContext& context, LoadedModule& loaded);

  // Gives it the delegate, its configuration, the callback for events, and its context, which is when it begins.
  // Errors: FAILED_PRECONDITION `module_host.no_delegate` (it does not take it), `module_host.no_configuration` (it
  // takes none, or not this one).
  Status start() override;
  // Tells it that it is to end, and gives it the time for it (library_end.h). One that does not return from that is
  // left behind.
  void stop() override;

 private:
  void serve(const LogosMethod& method, ipc::Call call);
  Result<Value> dispatch(const LogosMethod& method, const std::string& arguments, const std::string& caller);
  Status start_here();
  Status give_delegate();
  Status give_configuration();
  bool unload_here();
  void await_unloaded(MonotonicTime until);
  void say_replaced();

  void on_event(const char* name, const char* data);
  void on_unloaded();

  host::ModuleContext& context_;
  LoadedModule& loaded_;
  const metrics::Counter answered_;
  const metrics::Counter failed_;
  const metrics::Counter events_dropped_;
  Outbound outbound_;
  const lp_runtime_delegate_v1 delegate_;
  std::mutex mutex_;  // guards the next one
  bool unloaded_ = false;
  std::condition_variable changed_;
};

}  // namespace status::module_host::logos
