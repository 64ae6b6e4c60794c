// A runtime that a library brings with it takes signals for itself when it starts (Nim's does, unless it was compiled
// with -d:noSignalHandler): a crash would leave no stacks behind.
#pragma once

#include <array>
#include <csignal>
#include <string>

namespace status::module_host {

// What happens at fatal signals and at those that end a process, as it was when this was made. One thread.
class SignalHandlers {
 public:
  SignalHandlers();
  // As it was. Names those that were another's, for the log: "SIGSEGV SIGPIPE"; empty when none was.
  std::string restore() const;

 private:
  static constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGILL,  SIGFPE,  SIGABRT,
                                          SIGSYS,  SIGINT, SIGTERM, SIGPIPE, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace status::module_host
