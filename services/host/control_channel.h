// Descriptor 3 of a module: lines in, lines out.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "ipc/control/control_line.h"
#include "services/host/module_context.h"

namespace status::host {

class ControlChannel final : public SupervisorChannel {
 public:
  explicit ControlChannel(int fd) : fd_(fd) {}

  // Any thread. A supervisor that is gone is noticed by receive().
  void send(const ipc::control::FromModule& message) override;

  enum class Event : std::uint8_t { message, timeout, terminated, closed };
  struct Received {
    Event event = Event::timeout;
    ipc::control::ToModule message = {};
  };
  // The next message, or what happened instead: nothing for `patience`, SIGTERM on `signal_fd`, end of file. One thread.
  Received receive(std::chrono::milliseconds patience, int signal_fd);

 private:
  bool fill();

  const int fd_;
  std::mutex mutex_;
  ipc::control::LineBuffer lines_;
};

}  // namespace status::host
