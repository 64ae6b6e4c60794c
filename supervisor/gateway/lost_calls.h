// Calls whose connection broke: the supervisor's word on why follows within a millisecond or two, and the answer waits
// for it, so that it can say in which state the module is and when it comes back.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include "ipc/base/clock.h"
#include "ipc/nng/timer_queue.h"
#include "ipc/server/call.h"
#include "supervisor/gateway/route.h"

namespace status::gateway {

// Any thread.
class LostCalls {
 public:
  // After this the answer goes out with what is known: on a machine that is busy the word takes its time.
  static constexpr std::chrono::milliseconds kPatience{200};

  explicit LostCalls(const Clock& clock) : clock_(clock) {}

  struct Lost {
    std::shared_ptr<Route> route;
    std::uint64_t generation = 0;  // of the module when the call was to go there
    std::shared_ptr<ipc::Call> call;
    bool sent = true;  // false: there was no connection
  };
  void add(Lost lost);
  // The row of that route is another one now.
  void row_changed(const Route& route);
  // Answers all.
  void close();

 private:
  struct Waiting {
    Lost lost;
    MonotonicTime until;
  };
  static bool known_dead(const Lost& lost);
  void answer(const Lost& lost) const;
  // Takes out those that `ready` is true for and answers them.
  template <class Ready>
  void answer_if(Ready ready);

  const Clock& clock_;
  std::mutex mutex_;
  std::list<Waiting> waiting_;
  ipc::TimerQueue timers_;  // goes first: its callbacks use the list
};

}  // namespace status::gateway
