#include "supervisor/process/exit_report.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "ipc/control/child_start.h"

namespace status::supervisor {
namespace {

std::uint64_t to_ms(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec * 1000 + time.tv_usec / 1000);
}

}  // namespace

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

std::string ExitReport::cause() const {
  if (signal) return "signal " + std::to_string(*signal) + " (" + signal_name(*signal) + ")";
  return "exit " + std::to_string(exit_code.value_or(0));
}

std::string ExitReport::label() const {
  return signal ? signal_name(*signal) : "exit_" + std::to_string(exit_code.value_or(0));
}

Exit ExitReport::to_exit() const {
  return {.clean = exit_code == 0, .misconfigured = exit_code == ipc::control::kExitMisconfigured, .cause = cause()};
}

Value ExitReport::resources() const {
  return Value::map({{"user_ms", user_ms},
                     {"system_ms", system_ms},
                     {"max_rss_bytes", max_rss_bytes},
                     {"major_faults", major_faults},
                     {"minor_faults", minor_faults},
                     {"involuntary_switches", involuntary_switches}});
}

std::optional<ExitReport> report_of(pid_t pid) {
  siginfo_t info{};
  rusage usage{};
  // The system call itself: the C library's does not ask for what was used.
  constexpr int kOptions = WEXITED | WNOHANG | WNOWAIT;
  if (::syscall(SYS_waitid, P_PID, pid, &info, kOptions, &usage) != 0 || info.si_pid != pid) return std::nullopt;
  // Of a zombie, so its group id cannot belong to anybody else: what it left behind goes with it.
  ::kill(-pid, SIGKILL);
  ExitReport report;
  (info.si_code == CLD_EXITED ? report.exit_code : report.signal) = info.si_status;
  report.user_ms = to_ms(usage.ru_utime);
  report.system_ms = to_ms(usage.ru_stime);
  report.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  report.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
  report.minor_faults = static_cast<std::uint64_t>(usage.ru_minflt);
  report.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
  return report;
}

void reap(pid_t pid) { ::waitpid(pid, nullptr, WNOHANG); }

}  // namespace status::supervisor
