// What systemd, or whoever started statusd as it does, is told: the protocol of sd_notify(3). One thread.
//
// Written out here instead of linked: it is one datagram with a text in it, promised to stay as it is, while libsystemd
// would load compression and cryptography into the one process that is trusted because it is small. sd_notify(3) itself
// says that it may be done so.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/unique_fd.h"

namespace status::supervisor {

class ServiceManager {
 public:
  // `socket`: NOTIFY_SOCKET, a path or "@name"; empty: there is nobody to tell. `watchdog`: how often petting is
  // expected.
  explicit ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog = std::nullopt);

  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. They stay in the environment: modules get none of them, and an
  // upgraded statusd needs them again.
  static ServiceManager from_environment();

  // Once the front door answers. Only the first time is said, and the first after reloading().
  void ready();
  // Another configuration is being taken on: until ready(). Nothing before that was said first, for a manager takes the
  // word that ends a reload for the end of the start.
  void reloading();
  // One line, for `systemctl status`. Said when it is another one than last time.
  void status(std::string_view line);
  void stopping() { say("STOPPING=1"); }
  // That the loop still turns. Nothing where no petting is expected.
  void pet();

  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  // What does not go at once is lost: nothing here is worth a wait, and all of it is said again or not needed.
  void say(std::string_view assignment) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
  UniqueFd sender_;
  std::string status_;
  bool ready_ = false;
};

}  // namespace status::supervisor
