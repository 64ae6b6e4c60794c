#include "ipc/control/child_start.h"

#include <sys/signalfd.h>
#include <sys/socket.h>

#include <csignal>

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
