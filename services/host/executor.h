// One thread for a service that wants to be called by one thread at a time: jobs, and one alarm. Handlers on other
// threads run() in place instead of posting, which saves them two thread switches.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ipc/base/clock.h"

namespace status::host {

class Executor {
 public:
  using Job = std::function<void()>;

  // `next_alarm` is asked after everything that ran; at that time `on_alarm` runs on the executor's thread.
  Executor(Job on_alarm, std::function<std::optional<MonotonicTime>()> next_alarm);
  // stop().
  ~Executor();

  // Any thread, never blocks. What is posted is bounded by its senders: completions of calls in flight, pages of a
  // subscription. The job goes on with the trace of the call that posts it. False once stopped.
  bool post(Job job);
  // Runs `work` here and now, alone, and then arms the alarm; the call's trace and stages are this thread's and stay
  // so. Any thread but the executor's own.
  template <class Work>
  auto run(Work work) {
    const std::lock_guard turn(turn_);
    const Arm arm{*this};
    return work();
  }
  // Jobs that wait are dropped, a running one is waited for. Not from a job.
  void stop();

 private:
  struct Arm {
    Executor& executor;
    ~Arm() { executor.arm(); }
  };
  void arm();
  void loop();

  const Job on_alarm_;
  const std::function<std::optional<MonotonicTime>()> next_alarm_;
  std::mutex turn_;   // held while anything of the service runs
  std::mutex mutex_;  // guards what follows; taken inside turn_, never around it
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::optional<MonotonicTime> alarm_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace status::host
