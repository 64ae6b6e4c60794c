#include "ipc/control/child_start.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "ipc/control/descriptors.h"

namespace status::ipc::control {

int take_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

void forbid_programs() {
  // Numbers of another ABI are the business of the supervisor's filter, which ends a process that uses one.
  static constexpr std::array<sock_filter, 5> kProgram = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{kProgram.size(), const_cast<sock_filter*>(kProgram.data())};
  (void)::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

bool started_by_supervisor() {
  int type = 0;
  socklen_t size = sizeof(type);
  return ::getsockopt(kControlFd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

int exit_code(const Error& error) {
  const bool configuration = error.code == Code::failed_precondition || error.code == Code::invalid_argument ||
                             error.code == Code::permission_denied;
  return configuration ? kExitMisconfigured : kExitSelfAbort;
}

}  // namespace status::ipc::control
