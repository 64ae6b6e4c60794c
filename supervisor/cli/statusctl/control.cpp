// statusctl start | stop | restart | pause | resume | kill MODULE.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>

#include "ipc/base/unique_fd.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

Result<Value> module_row(Session& session, const std::string& module) {
  return session.call("supervisor.module", Value::map({{"name", module}}));
}

// The pid is looked at again once the descriptor holds the process: between the two it may have become another's.
Status kill_module(Session& session, const std::string& module) {
  Result<Value> row = module_row(session, module);
  if (!row) return fail(std::move(row.error()));
  const std::int64_t pid = row->int_or("pid", 0);
  if (pid == 0) return fail(Code::failed_precondition, "cli.not_running", module + " has no process");
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return fail(errno_error(errno, "open the process of " + module));
  Result<Value> again = module_row(session, module);
  if (!again) return fail(std::move(again.error()));
  if (again->int_or("pid", 0) != pid) {
    return fail(make_retryable(Code::aborted, "cli.restarted", module + " was being restarted just now"));
  }
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) != 0) {
    return fail(errno_error(errno, "kill " + module));
  }
  return {};
}

}  // namespace

int run_control(const Shell& shell, const std::string& verb, const std::string& module) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  if (verb == "kill") {
    const Status killed = kill_module(*session, module);
    return killed ? kDone : report(killed.error());
  }
  const Result<Value> done = session->call("supervisor." + verb, Value::map({{"module", module}}), 30'000);
  return done ? kDone : report(done.error());
}

int run_upgrade(const Shell& shell, const std::string& executable) {
  std::string path;
  if (!executable.empty()) {
    std::error_code error;
    path = std::filesystem::absolute(executable, error).lexically_normal().string();
  }
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> done = session->call("supervisor.upgrade", Value::map({{"executable", path}}), 60'000);
  if (!done) return report(done.error());
  if (shell.json) {
    print_json(*done, shell.terminal);
  } else {
    std::printf("statusd %s runs now; no module was restarted\n", done->string_or("version", "").c_str());
  }
  return kDone;
}

}  // namespace status::cli
