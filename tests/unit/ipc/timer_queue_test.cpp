#include "ipc/nng/timer_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <thread>

namespace status::ipc {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// In each test the queue is declared after what its callbacks use: its end waits for them.

TEST(TimerQueueTest, CallsOnceAndNotTooEarly) {
  std::promise<Clock::time_point> called;
  const auto when = Clock::now() + 20ms;
  TimerQueue timers;
  timers.schedule(when, [&] { called.set_value(Clock::now()); });
  EXPECT_GE(called.get_future().get(), when);
}

TEST(TimerQueueTest, CallsInOrderOfTimeAndOfSchedulingWithinOne) {
  const auto base = Clock::now() + 10ms;
  std::vector<int> order;
  std::promise<void> done;
  TimerQueue timers;
  timers.schedule(base + 10ms, [&] { done.set_value(); });
  timers.schedule(base + 5ms, [&] { order.push_back(3); });
  timers.schedule(base, [&] { order.push_back(1); });
  timers.schedule(base, [&] { order.push_back(2); });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(TimerQueueTest, AnEarlierTimerComesBeforeTheOneThatWasArmed) {
  std::promise<void> early;
  TimerQueue timers;
  timers.schedule(Clock::now() + 1h, [] { FAIL(); });
  timers.schedule(Clock::now() + 5ms, [&] { early.set_value(); });
  EXPECT_EQ(early.get_future().wait_for(10s), std::future_status::ready);
}

TEST(TimerQueueTest, ACancelledTimerDoesNotRun) {
  std::promise<void> later;
  const auto base = Clock::now() + 10ms;
  TimerQueue timers;
  const TimerQueue::Id id = timers.schedule(base, [] { FAIL(); });
  timers.schedule(base + 5ms, [&] { later.set_value(); });
  EXPECT_TRUE(timers.cancel(id));
  EXPECT_FALSE(timers.cancel(id));
  later.get_future().wait();
}

TEST(TimerQueueTest, CancelSaysNoToATimerThatRuns) {
  std::promise<void> running;
  std::promise<void> go_on;
  TimerQueue timers;
  const TimerQueue::Id id = timers.schedule(Clock::now(), [&] {
    running.set_value();
    go_on.get_future().wait();
  });
  running.get_future().wait();
  EXPECT_FALSE(timers.cancel(id));
  go_on.set_value();
}

TEST(TimerQueueTest, ACallbackMaySchedule) {
  std::promise<void> done;
  std::atomic<int> rounds{0};
  TimerQueue timers;
  std::function<void()> again = [&] {
    if (++rounds == 20) return done.set_value();
    timers.schedule(Clock::now() + 1ms, again);
  };
  timers.schedule(Clock::now(), again);
  done.get_future().wait();
  EXPECT_EQ(rounds, 20);
}

TEST(TimerQueueTest, StopWaitsForWhatRunsAndDropsTheRest) {
  std::atomic<bool> returned{false};
  std::promise<void> running;
  TimerQueue timers;
  timers.schedule(Clock::now(), [&] {
    running.set_value();
    const auto until = Clock::now() + 30ms;
    while (Clock::now() < until) std::this_thread::yield();
    returned = true;
  });
  timers.schedule(Clock::now() + 1h, [] { FAIL(); });
  running.get_future().wait();
  timers.stop();
  EXPECT_TRUE(returned);
  timers.schedule(Clock::now(), [] { FAIL(); });  // never called
  timers.stop();
}

TEST(TimerQueueTest, ManyThreadsScheduleAndCancelAndEachTimerRunsOnceOrNotAtAll) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  constexpr int kThreads = 4;
  constexpr int kTimers = 2'000;
  std::atomic<int> ran{0};
  std::atomic<int> cancelled{0};
  std::promise<void> done;
  TimerQueue timers;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 dice(seed + t);
      std::vector<TimerQueue::Id> ids;
      for (int i = 0; i < kTimers; ++i) {
        ids.push_back(timers.schedule(Clock::now() + std::chrono::microseconds(dice() % 20'000), [&] { ++ran; }));
        if (dice() % 2 == 0 && timers.cancel(ids[dice() % ids.size()])) ++cancelled;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  timers.schedule(Clock::now() + 25ms, [&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_EQ(ran + cancelled, kThreads * kTimers);
  EXPECT_GT(cancelled, 0);
}

}  // namespace
}  // namespace status::ipc
