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

Handover::Process ModuleProcess::hand_over() {
  return {.pid = pid_,
          .pidfd = watcher_.descriptor(),
          .control = control_.descriptor(),
          .output = output_.descriptor(),
          .errors = errors_.descriptor(),
          .crash = crash_.get(),
          .recorder = recorder_.get(),
          .started = started,
          .ready = ready,
          .fatal = fatal,
          .control_rest = control_.partial_line(),
          .output_rest = output_.partial_line(),
          .errors_rest = errors_.partial_line()};
}

Child ModuleProcess::child_of(const Handover::Process& process) {
  Child child;
  child.pid = process.pid;
  child.pidfd.reset(process.pidfd);
  child.control.reset(process.control);
  child.output.reset(process.output);
  child.errors.reset(process.errors);
  child.crash.reset(process.crash);
  child.recorder.reset(process.recorder);
  return child;
}

void ModuleProcess::take_over(const Handover::Process& process) {
  started = process.started;
  ready = process.ready;
  fatal = process.fatal;
  control_.resume_line(process.control_rest);
  output_.resume_line(process.output_rest);
  errors_.resume_line(process.errors_rest);
}

}  // namespace status::supervisor
