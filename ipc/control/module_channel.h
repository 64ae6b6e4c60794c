// Descriptor 3 as its module sees it: lines in, lines out.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "ipc/control/control_line.h"

namespace status::ipc::control {

class ModuleChannel {
 public:
  explicit ModuleChannel(int fd) : fd_(fd) {}

  // Any thread. A supervisor that is gone is noticed by receive().
  void send(const FromModule& message);

  // NNG hangs for good and only a new process helps: says `<who>.nng_stuck` and dies by SIGABRT, so that the crash
  // record shows where each thread stands. Any thread.
  [[noreturn]] void abort_stuck(const std::string& who);

  enum class Event : std::uint8_t { message, timeout, terminated, closed };
  struct Received {
    Event event = Event::timeout;
    ToModule message = {};
  };
  // The next message, or what happened instead: nothing for `patience`, SIGTERM on `signal_fd`, end of file. One
  // thread.
  Received receive(std::chrono::milliseconds patience, int signal_fd);

 private:
  bool fill();

  const int fd_;
  std::mutex mutex_;
  LineBuffer lines_;
};

}  // namespace status::ipc::control
