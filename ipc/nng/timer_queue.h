// Timers on NNG's own expiry thread: one sleeping operation, armed for the earliest deadline and idle when there is
// none, so that a process needs no thread of its own for time-outs. Any thread may call; callbacks run on an NNG task
// thread and must not block.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "ipc/base/clock.h"
#include "ipc/nng/aio.h"

namespace status::ipc {

class TimerQueue {
 public:
  using Id = std::pair<MonotonicTime, std::uint64_t>;

  TimerQueue();
  ~TimerQueue() { stop(); }

  // Callbacks that have not begun are dropped, a running one is waited for, later ones are never called. Not from a
  // callback.
  void stop();

  // Calls `callback` once at `when` or up to 2 ms later.
  Id schedule(MonotonicTime when, std::function<void()> callback);
  // True when the callback will not run any more; false when it ran or is running.
  bool cancel(const Id& id);
  // How many are scheduled.
  std::size_t waiting();

 private:
  static void on_wake(void* self);
  void wake();
  void arm_locked();

  std::mutex mutex_;
  std::map<Id, std::function<void()>> timers_;
  std::uint64_t next_ = 0;
  bool armed_ = false;
  bool closed_ = false;
  MonotonicTime armed_for_{};
  Aio sleep_;
};

}  // namespace status::ipc
