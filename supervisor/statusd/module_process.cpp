#include "supervisor/statusd/module_process.h"

namespace status::supervisor {

ModuleProcess::ModuleProcess(boost::asio::io_context& loop, Child child, std::uint64_t generation, ModuleLog& log,
                             Callbacks callbacks)
    : pid_(child.pid),
      generation_(generation),
      log_(log),
      crash_(std::move(child.crash)),
      recorder_(std::move(child.recorder)),
      control_(loop, std::move(child.control), {std::move(callbacks.message), std::move(callbacks.problem)}),
      output_(loop, std::move(child.output), log_lines("stdout")),
      errors_(loop, std::move(child.errors), log_lines("stderr")),
      watcher_(loop, pid_, std::move(child.pidfd), std::move(callbacks.exited)) {}

LogPipe::OnLine ModuleProcess::log_lines(std::string_view stream) {
  return [this, stream](const std::string& line) { return log_.take(line, stream, generation_); };
}

void ModuleProcess::read_rest() {
  control_.read_rest();
  output_.read_rest();
  errors_.read_rest();
}

Result<std::vector<ipc::control::CallInFlight>> ModuleProcess::calls_in_flight() const {
  return ipc::control::read_crash_area(crash_.get());
}

Result<ipc::control::CrashStacks> ModuleProcess::stacks() const {
  return ipc::control::read_crash_stacks(crash_.get());
}

}  // namespace status::supervisor
