// Says when the dispatcher is to have a turn: when it asked for one, at a time, or when a descriptor can be read. A
// thread of its own waits for that; nothing is done again and again.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "ipc/server/seen_stall.h"

namespace status::module_host {

class Wakeups {
 public:
  // A turn that takes longer never ends.
  static constexpr std::chrono::seconds kLongestTurn{10};

  struct Callbacks {
    std::function<bool()>
        post_turn;                // hands a turn to the dispatcher; false: it has too much to do, and is asked again
    std::function<void()> stuck;  // once, when a turn takes longer than it may
  };
  // The thread starts here. The callbacks are called on it.
  explicit Wakeups(Callbacks callbacks);
  // stop().
  ~Wakeups();

  // A turn as soon as may be. Any thread.
  void wake();
  // And whenever this can be read; -1: nothing. Any thread.
  void watch(int descriptor);

  // The dispatcher's: a turn that was posted begins.
  void turn_begins();
  // It is over.
  void turn_ends();
  // The next one is due then, if at all.
  void next(std::optional<MonotonicTime> due);

  // Nothing is called any more when it returns. Not from a callback; again: nothing.
  void stop();

 private:
  // For how long to wait, for ppoll; null: without an end. Under mutex_.
  std::optional<std::chrono::nanoseconds> patience(MonotonicTime now) const;
  bool take_due(MonotonicTime now);
  void wait();
  void loop();
  void signal() const;

  const Callbacks callbacks_;
  const UniqueFd signal_;
  std::mutex mutex_;  // guards what follows
  int descriptor_ = -1;
  bool wanted_ = false;
  bool refused_ = false;  // the last turn could not be posted
  bool posted_ = false;   // from posting to the end of the turn
  bool stopping_ = false;
  std::optional<MonotonicTime> due_;
  std::atomic<std::uint64_t> turn_since_ns_{0};
  ipc::SeenStall stall_;  // the thread's
  std::thread thread_;
};

}  // namespace status::module_host
