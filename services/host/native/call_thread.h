// The one thread that issues all calls into a foreign library, from the first to the last: a Nim runtime registers each
// thread that enters it and never forgets it. It knows how long the call at hand may take, and somebody else looks.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ipc/base/clock.h"

namespace status::host::native {

class CallThread {
 public:
  using Work = std::function<void()>;

  // `after_call` runs on the thread after each piece of work.
  explicit CallThread(Work after_call);
  // Work that waits is dropped; that at hand is waited for, however long the library takes. A process that ends while
  // it hangs uses _exit() instead.
  ~CallThread();
  CallThread(const CallThread&) = delete;
  CallThread& operator=(const CallThread&) = delete;

  // Any thread, never blocks. In order. `function`, a constant of the code, is what `work` calls and must return from
  // within `limit`. What waits is bounded by PendingCalls::kMost.
  void post(const char* function, std::chrono::milliseconds limit, Work work);

  struct Overdue {
    const char* function;
    std::chrono::milliseconds since;  // it was called
  };
  // The call at hand, when it is past its limit. Any thread.
  std::optional<Overdue> overdue(MonotonicTime now) const;
  // When to look: work that has not begun begins now at the earliest. Empty: there is none.
  std::optional<MonotonicTime> next_limit(MonotonicTime now) const;

  // What a library without a thread of its own does its work in: called again and again while `wanted`, which may not
  // call this object, says so and nothing else is to do. A library whose loop has nothing ready waits itself.
  struct Turn {
    const char* function;
    std::chrono::milliseconds limit;  // must return within
    std::function<bool()> wanted;
    Work work;
  };
  // Any thread.
  void set_turn(Turn turn);

  // The kernel's number of the thread.
  pid_t thread_id() const { return thread_id_; }

 private:
  struct Job {
    const char* function;
    std::chrono::milliseconds limit;
    Work work;
  };
  struct AtHand {
    const char* function;
    MonotonicTime begun;
    std::chrono::milliseconds limit;
  };
  void loop(std::stop_token end);
  // Waits for a job, the turn among them. False: the end.
  bool await_job(std::unique_lock<std::mutex>& lock, const std::stop_token& end);

  const Work after_call_;
  mutable std::mutex mutex_;  // guards the next four
  std::condition_variable_any posted_;
  std::deque<Job> jobs_;
  std::optional<Turn> turn_;
  std::optional<AtHand> at_hand_;
  std::atomic<pid_t> thread_id_{0};
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace status::host::native
