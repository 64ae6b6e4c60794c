#include "services/module_host/library_end.h"

#include <unistd.h>

#include <algorithm>

#include "ipc/control/child_start.h"

namespace status::module_host {
namespace {

constexpr std::int64_t kStopMs = 2'000;
constexpr std::int64_t kLongestStopMs = 60'000;

}  // namespace

std::chrono::milliseconds time_to_stop(const host::ModuleContext& context) {
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(context.config().int_or("stop_ms", kStopMs), 0, kLongestStopMs));
}

void leave_behind(host::ModuleContext& context) {
  context.log().error("the library has not stopped in time: the process ends without it",
                      {{"stop_ms", static_cast<std::int64_t>(time_to_stop(context).count())}});
  context.log().flush();
  ::_exit(ipc::control::kExitSelfAbort);
}

}  // namespace status::module_host
