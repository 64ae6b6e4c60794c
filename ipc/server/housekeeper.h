// One thread for what must go on while all workers are busy: a periodic task (the listener watchdog) and the system
// methods that take longer than an NNG callback may.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "ipc/server/seen_stall.h"

namespace status::ipc {

class Housekeeper {
 public:
  using Job = std::function<void()>;

  Housekeeper(std::chrono::milliseconds period, Job periodic);
  ~Housekeeper() { stop(); }

  // Jobs that wait are dropped (their calls answer for themselves); a running one is waited for. Later jobs are
  // refused. One thread, may be repeated.
  void stop();

  // False when 64 jobs wait already. Any thread; never blocks.
  bool post(Job& job);

  // For how long the thread has been seen at its current task (seen_stall.h); zero while it waits for one. To be asked
  // about once a second; one thread.
  std::chrono::milliseconds busy_for();

 private:
  void run(std::chrono::milliseconds period);

  Job periodic_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::atomic<std::uint64_t> busy_since_ns_{0};
  SeenStall stall_;  // the asking thread's
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace status::ipc
