// The last thing that a module does: on a fatal signal it writes the stacks of all its threads into the crash memfd
// (crash_stacks.h), for the supervisor to read after its death, and dies of that signal.
//
//   install_crash_handler(kCrashRecordFd);   // first of all in main
//   AlternateStack stack;                    // in a thread that runs handlers of calls
//
// The handler allocates nothing, takes no lock, starts no process, and is done within 200 ms: it asks every other
// thread with a signal to take down its own stack, and whoever blocks that signal or gets no CPU has none. First in the
// record is the thread that faulted; after an abort by another process, which is the supervisor's answer to a hang, the
// one that runs the oldest call. The handler is of the whole process, and so is what it needs: this is the one piece of
// global state in the tree.
#pragma once

#include <cstddef>

#include "ipc/base/result.h"

namespace status::ipc::control {

// For SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT and SIGSYS, but for those that somebody handles already (a sanitizer
// does). Takes one descriptor, and signal number SIGRTMAX - 1. Call it once, on the main thread, which gets an
// alternate stack. Errors: the file is too small, system errors; the process then dies without a record of its stacks.
Status install_crash_handler(int fd);

// A stack for the signal handlers of the calling thread, for as long as this lives: without one an overflow of its own
// stack kills the process before any handler runs. Costs address space, no memory until then. The worker threads of a
// server, an Executor and the main thread have one; the threads of NNG have none.
class AlternateStack {
 public:
  AlternateStack();
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  void* memory_ = nullptr;  // null: the thread has one already, of a sanitizer
};

}  // namespace status::ipc::control
