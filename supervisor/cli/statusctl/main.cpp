#include <unistd.h>

#include <cstdio>

#include "supervisor/cli/statusctl/command_line.h"

int main(int argc, char** argv) {
  const int code = status::cli::run_statusctl(argc, argv);
  std::fflush(stdout);
  std::fflush(stderr);
  // Sockets are left to the kernel: see ipc/nng/socket.h.
  ::_exit(code);
}
