// A library as the module of this process. The one worker of the server is the library's dispatcher: all its functions
// are called there, calls and turns (status_module_poll, deadlines) one after the other. So a library that hangs in a
// call hangs as any module does, and is found and ended as any other.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "services/host/module.h"
#include "services/host/module_context.h"
#include "services/module_host/host_table.h"
#include "services/module_host/library_metrics.h"
#include "services/module_host/module_library.h"
#include "services/module_host/open_calls.h"
#include "services/module_host/wakeups.h"

namespace status::module_host {

class LibraryModule final : public host::Service, private HostFunctions {
 public:
  // All outlive this. Registers the methods.
  LibraryModule(host::ModuleContext& context, const ModuleLibrary& library, const api::Interface& interface);

  // status_module_start. Its error, or INTERNAL `<module>.not_started` when it named none.
  Status start() override;
  // status_module_stop. When it does not return in time (settings.stop_ms, 2 s unless said, at most 60) the process ends here.
  void stop() override;

 private:
  struct Method {
    std::string name;  // without the module
    api::Effect effect;
    Value params;  // the schemas of both
    Value result;
  };
  enum Outcome : std::size_t { kOk, kError, kInvalid, kMissing, kLate, kAgain, kUnknown, kOutcomes };

  void add(const api::Method& method);
  void serve(const Method& method, ipc::Call call);
  void hand_over(const Method& method, const ipc::Call& call, const std::string& params, std::uint64_t token);
  Status start_here();
  void turn();
  void stop_here();
  bool ending();

  void answer(std::uint64_t token, const std::function<Result<Bytes>(const OpenCall&)>& make);
  bool let_go(bool last);
  void note(Outcome outcome);
  Error error_of(std::string_view code, std::string_view reason, std::string_view message) const;

  void reply(std::uint64_t token, std::string_view result) noexcept override;
  void fail(std::uint64_t token, std::string_view code, std::string_view reason,
            std::string_view message) noexcept override;
  std::uint32_t remaining_ms(std::uint64_t token) noexcept override;
  void publish(std::string_view event, std::string_view data) noexcept override;
  void count(const char* name, double by) noexcept override { metrics_.count(name, by); }
  void gauge(const char* name, double value) noexcept override { metrics_.gauge(name, value); }
  void observe(const char* name, double seconds) noexcept override { metrics_.observe(name, seconds); }
  void log(int level, std::string_view text) noexcept override;
  void wake() noexcept override { wakeups_.wake(); }
  void watch(int descriptor) noexcept override { wakeups_.watch(descriptor); }

  host::ModuleContext& context_;
  const ModuleLibrary& library_;
  std::vector<std::unique_ptr<const Method>> methods_;
  std::map<std::string, Value, std::less<>> events_;  // schemas, by name
  const HostTable table_;
  LibraryMetrics metrics_;
  std::array<metrics::Counter, kOutcomes> answers_;
  const metrics::Counter events_dropped_;
  OpenCalls calls_;

  bool running_ = false;  // the dispatcher's: between start and stop

  std::mutex mutex_;               // guards what follows
  std::uint64_t current_ = 0;      // the call that the library is in
  std::function<void()> leaving_;  // its answer, which leaves when the library has returned
  std::optional<Error> not_started_;
  std::array<bool, kOutcomes> said_{};
  bool stopping_ = false;
  bool stopped_ = false;
  std::condition_variable stopped_changed_;
  Wakeups wakeups_;  // last: it calls into the rest
};

}  // namespace status::module_host
