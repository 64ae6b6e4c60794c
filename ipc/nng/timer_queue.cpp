#include "ipc/nng/timer_queue.h"

#include <nng/supplemental/util/platform.h>

#include <algorithm>
#include <vector>

namespace status::ipc {

TimerQueue::TimerQueue() : sleep_(&TimerQueue::on_wake, this) {}

void TimerQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    timers_.clear();
  }
  sleep_.stop();
}

TimerQueue::Id TimerQueue::schedule(MonotonicTime when, std::function<void()> callback) {
  std::lock_guard lock(mutex_);
  const Id id{when, ++next_};
  timers_.emplace(id, std::move(callback));
  if (!armed_) {
    arm_locked();
  } else if (when < armed_for_) {
    sleep_.cancel();  // wake() runs now and arms for the new earliest
  }
  return id;
}

bool TimerQueue::cancel(const Id& id) {
  std::lock_guard lock(mutex_);
  return timers_.erase(id) != 0;
}

std::size_t TimerQueue::waiting() {
  std::lock_guard lock(mutex_);
  return timers_.size();
}

void TimerQueue::on_wake(void* self) { static_cast<TimerQueue*>(self)->wake(); }

void TimerQueue::wake() {
  std::vector<std::function<void()>> due;
  {
    std::lock_guard lock(mutex_);
    // Until the callbacks are through, this counts as armed: what they schedule is taken up below.
    armed_for_ = MonotonicTime::min();
    const auto now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
      due.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
  }
  for (const auto& callback : due) callback();
  std::lock_guard lock(mutex_);
  armed_ = false;
  if (!timers_.empty()) arm_locked();
}

void TimerQueue::arm_locked() {
  if (closed_) return;
  using namespace std::chrono;
  armed_ = true;
  armed_for_ = timers_.begin()->first.first;
  const auto wait = ceil<milliseconds>(armed_for_ - steady_clock::now());
  nng_sleep_aio(static_cast<nng_duration>(std::clamp<std::int64_t>(wait.count(), 0, 3'600'000)), sleep_.get());
}

}  // namespace status::ipc
