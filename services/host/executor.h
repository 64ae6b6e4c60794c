// One thread for a service that wants to be called by one thread at a time: jobs, and one alarm. Handlers on other
// threads run() in place instead of posting, which saves them two thread switches.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ipc/base/clock.h"
#include "ipc/base/stage_clock.h"

namespace status::host {

// Hears how long everybody's turns take. On the thread whose turn it was, after it; must not call the executor.
class ExecutorObserver {
 public:
  virtual ~ExecutorObserver() = default;
  // One turn: how long it waited for the ones before it, and how long it took. `running` is the method that it was for,
  // "alarm", or "job" when that is not known.
  virtual void turn(std::string_view running, std::chrono::nanoseconds waited, std::chrono::nanoseconds took) = 0;
};

class Executor {
 public:
  using Job = std::function<void()>;

  // `next_alarm` is asked after everything that ran; at that time `on_alarm` runs on the executor's thread. `observer`
  // (may be null) outlives the executor.
  Executor(Job on_alarm, std::function<std::optional<MonotonicTime>()> next_alarm,
           ExecutorObserver* observer = nullptr);
  // stop().
  ~Executor();

  // Any thread, never blocks. What is posted is bounded by its senders: completions of calls in flight, pages of a
  // subscription. The job goes on with the trace of the call that posts it. False once stopped.
  bool post(Job job);
  // Runs `work` here and now, alone, and then arms the alarm; the call's trace and stages are this thread's and stay
  // so. Waiting for the turn is the call's stage `queue`. Any thread but the executor's own.
  template <class Work>
  auto run(Work work) {
    const Turn turn(*this, {}, monotonic_ns());
    return work();
  }
  // Jobs that wait are dropped, a running one is waited for. Not from a job.
  void stop();

  std::size_t waiting() const;
  // How long the turn at hand has been taking; zero between turns. Any thread.
  std::chrono::nanoseconds busy_for() const;

 private:
  // The executor is this thread's from here to the end; then the alarm is armed.
  class Turn {
   public:
    // `running` empty: for the call that this thread works on.
    Turn(Executor& executor, std::string_view running, std::uint64_t wanted_ns);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Executor& executor_;
    const std::string_view running_;
    const std::uint64_t wanted_ns_;
    std::uint64_t begun_ns_ = 0;
  };
  struct Posted {
    Job job;
    std::string running;
    std::uint64_t posted_ns = 0;
  };
  void arm();
  void loop();

  const Job on_alarm_;
  const std::function<std::optional<MonotonicTime>()> next_alarm_;
  ExecutorObserver* const observer_;
  std::mutex turn_;  // held while anything of the service runs
  std::atomic<std::uint64_t> turn_began_ns_{0};
  mutable std::mutex mutex_;  // guards what follows; taken inside turn_, never around it
  std::condition_variable wake_;
  std::deque<Posted> jobs_;
  std::optional<MonotonicTime> alarm_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace status::host
