// Keeps a foreign library from changing what this process does when it ends: Nim's runtime replaces the handlers of
// fatal signals at its first call, and its quit() runs the destructors of a process whose threads go on.
//
//   ProcessGuard guard;                 // before the library is loaded
//   library = Library::load(path);
//   guard.turn_exit_into_abort();       // after that: what is registered last runs first
//   ... each call into the library ...  guard.restore();
#pragma once

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

namespace status::host::native {

// Any thread.
class ProcessGuard {
 public:
  // Remembers the handlers of now: of the crash handler's signals (ipc/control/crash_handler.h), the one that asks
  // threads for their stacks among them, SIGINT, SIGTERM and SIGPIPE, which stays ignored.
  ProcessGuard();

  // Puts back those that somebody has replaced; their names ("SIGSEGV"). Ten system calls when there are none, about
  // 1 µs.
  std::vector<std::string> restore() const;

  // exit() of whoever calls it becomes SIGABRT on that thread, so that the crash record shows where. The process's own
  // end is _exit(). For good.
  void turn_exit_into_abort() const;

 private:
  std::vector<std::pair<int, struct sigaction>> handlers_;
};

}  // namespace status::host::native
