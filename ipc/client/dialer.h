// Keeps a client's socket dialling.
//
// Debian's NNG 1.5.2 ends a dialer for good when the other side dies between the connection and NNG's own greeting: the
// write's EPIPE reads as "this dialer was closed", as it does at a listener (ipc/server/listener.h). Nothing says so: the
// socket stays without a connection for ever. `ipc/nng/process_shims.cpp` takes the cause away in our own executables; a
// front end is a program of somebody else's. So a dialer that has been silent for a while gets a successor. It is not
// closed: that waits for the task thread, which may be the one that it is asked on.
#pragma once

#include <nng/nng.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "ipc/base/result.h"
#include "ipc/nng/timer_queue.h"

namespace status::ipc {

// Any thread. `timers` outlives this.
class Dialer {
 public:
  // For how long one may be silent: several times NNG's pauses. Doubled with each successor up to the last, for a server
  // that takes connections and does not greet.
  static constexpr std::chrono::milliseconds kFirstPatience{1'000};
  static constexpr std::chrono::milliseconds kLastPatience{3'600'000};

  explicit Dialer(TimerQueue& timers) : timers_(timers) {}

  // `pause_max`: between NNG's own attempts; below a quarter of the patience.
  Status start(nng_socket socket, std::string url, std::chrono::milliseconds pause_max);
  // The first connection is there; the last one has gone.
  void connected();
  void disconnected();
  // For a socket that stays open until the process ends: its attempts come to an end. NNG draws its pauses from a signed
  // number and takes those below zero for over, so that half of the remaining attempts are followed by another.
  void rest();

 private:
  Status dial_locked();
  void rest_locked();
  void arm_locked();
  void look();

  TimerQueue& timers_;
  std::mutex mutex_;
  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
  std::string url_;
  nng_dialer dialer_ = NNG_DIALER_INITIALIZER;
  std::uint64_t attempts_ = 0;  // of this dialer, when it was last looked at
  std::chrono::milliseconds patience_ = kFirstPatience;
  std::optional<TimerQueue::Id> timer_;  // none: there is a connection
};

}  // namespace status::ipc
