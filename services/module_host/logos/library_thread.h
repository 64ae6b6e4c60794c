// The one thread that a Logos module is called on, and what it does there on behalf of a call.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/host/native/call_thread.h"
#include "services/host/native/process_guard.h"

namespace status::module_host::logos {

class LibraryThread {
 public:
  // The process's handlers of signals are as they shall be; they are put back after each call.
  LibraryThread();

  // Runs `work` there and waits, however long it takes: whoever waits is seen to hang. It has the deadline, the trace
  // and the stages of the call that this thread works on. Any thread but its own.
  void run(const std::function<void()>& work);
  // Does not wait.
  void post(std::function<void()> work);

  // What exit() does from now on. Not before the library is loaded.
  void turn_exit_into_abort() const { guard_.turn_exit_into_abort(); }
  // The signals whose handlers the library has replaced since somebody asked, by name. On the thread.
  std::vector<std::string> replaced_handlers() { return std::exchange(replaced_, {}); }

 private:
  const host::native::ProcessGuard guard_;
  std::vector<std::string> replaced_;  // the thread's
  host::native::CallThread calls_;     // last: it uses the rest
};

}  // namespace status::module_host::logos
