// One library in this process, from its file to a node that runs, and back.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "ipc/server/call.h"
#include "services/host/module.h"
#include "services/host/module_context.h"
#include "services/host/native/dispatcher.h"
#include "services/native/counters.h"
#include "services/native/families/family.h"
#include "services/native/settings.h"

namespace status::native {

class NativeService final : public host::Service, private host::native::DispatcherListener {
 public:
  // The process is the library's from here on: its callbacks, the handlers of signals and exit().
  NativeService(host::ModuleContext& context, Settings settings);
  ~NativeService() override;

  // Loads the library and looks what it is. Errors, each a sentence that says what to do: those of Library::load and
  // open_family, FAILED_PRECONDITION `native.wrong_version`.
  Status open();
  // Creates the node, listens, starts it, and serves. UNAVAILABLE (`native.library_error`, `native.not_started`): the
  // next process may have more luck.
  Status start() override;
  // Stops and destroys it, each within its time; what hangs then is left behind, and the library stays loaded: the
  // process ends with _exit().
  void stop() override;

 private:
  void on_event(host::native::Token listener, std::string text, std::uint64_t lost) override;
  void on_broken(const host::native::Broken& broken) override;
  void on_handlers_restored(const std::vector<std::string>& names) override;

  Status load();
  Status check_version(const std::string& version);
  // A step of the node's life that is answered by a callback.
  Status step(const char* name, std::uint64_t within_ms, host::native::Dispatcher::Invoke invoke);
  Result<std::string> ask(const Family::Query& query, std::uint64_t within_ms);
  void serve();
  void call(ipc::Call call);
  Result<Info::Reply> info() const;
  Observations observe() const;

  host::ModuleContext& context_;
  const Settings settings_;
  const host::native::ProcessGuard guard_;
  std::atomic<std::uint64_t> events_too_large_{0};
  std::atomic<std::uint64_t> handlers_restored_{0};
  std::uint64_t lost_ = 0;  // dispatcher's thread
  // Written by the call thread before anybody else looks at them.
  std::optional<Result<host::native::Library>> loaded_;
  std::string version_;
  Status listening_;
  std::unique_ptr<Family> family_;
  std::unique_ptr<host::native::Dispatcher> dispatcher_;
  std::unique_ptr<host::Reexport> reexport_;
};

}  // namespace status::native
