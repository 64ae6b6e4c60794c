#include "ipc/server/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "ipc/server/housekeeper.h"
#include "ipc/server/seen_stall.h"

namespace status::ipc {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Gate {
 public:
  void open() { promise_.set_value(); }
  void pass() const { future_.wait(); }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

bool post(WorkerPool& pool, WorkerPool::Job job) { return pool.post(job); }

TEST(WorkerPoolTest, RunsWhatIsPosted) {
  WorkerPool pool(2, 100);
  std::atomic<int> ran{0};
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(post(pool, [&] { ++ran; }));
  EXPECT_TRUE(pool.wait_idle(Clock::now() + 10s));
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPoolTest, IsBoundedAndGivesTheJobBackWhenFull) {
  Gate gate;
  WorkerPool pool(2, 3);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(post(pool, [&] { gate.pass(); }));
  WorkerPool::Job refused = [] {};
  EXPECT_FALSE(pool.post(refused));
  EXPECT_TRUE(refused) << "the caller still has it";
  EXPECT_FALSE(pool.wait_idle(Clock::now() + 1ms));
  EXPECT_LE(pool.running(), 2U);
  gate.open();
  EXPECT_TRUE(pool.wait_idle(Clock::now() + 10s));
  EXPECT_EQ(pool.queued() + pool.running(), 0U);
  EXPECT_TRUE(pool.post(refused));
}

TEST(WorkerPoolTest, StopWaitsForWhatRunsAndDestroysTheRestWithoutRunningIt) {
  Gate gate;
  std::promise<void> running;
  std::atomic<bool> finished{false};
  auto witness = std::make_shared<int>(0);
  WorkerPool pool(1, 10);
  ASSERT_TRUE(post(pool, [&] {
    running.set_value();
    gate.pass();
    finished = true;
  }));
  running.get_future().wait();
  ASSERT_TRUE(post(pool, [witness] { FAIL(); }));
  std::thread stopper([&] { pool.stop(); });
  while (witness.use_count() != 1) std::this_thread::yield();  // dropped although the worker is busy
  gate.open();
  stopper.join();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(post(pool, [] {}));
  pool.stop();
}

TEST(WorkerPoolTest, AJobsBelongingsAreGoneWhenItCountsAsDone) {
  WorkerPool pool(1, 1);
  auto witness = std::make_shared<int>(0);
  ASSERT_TRUE(post(pool, [witness] {}));
  ASSERT_TRUE(pool.wait_idle(Clock::now() + 10s));
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(HousekeeperTest, RunsJobsBetweenItsRounds) {
  std::atomic<int> rounds{0};
  Housekeeper keeper(1ms, [&] { ++rounds; });
  std::promise<void> done;
  Housekeeper::Job job = [&] { done.set_value(); };
  ASSERT_TRUE(keeper.post(job));
  done.get_future().wait();
  while (rounds < 3) std::this_thread::yield();
  keeper.stop();
  Housekeeper::Job late = [] { FAIL(); };
  EXPECT_FALSE(keeper.post(late));
  keeper.stop();
}

TEST(HousekeeperTest, SaysHowLongItHasBeenAtOneTask) {
  Gate gate;
  std::promise<void> running;
  Housekeeper keeper(1h, [] {});
  EXPECT_EQ(keeper.busy_for(), 0ms);
  Housekeeper::Job stuck = [&] {
    running.set_value();
    gate.pass();
  };
  ASSERT_TRUE(keeper.post(stuck));
  running.get_future().wait();
  while (keeper.busy_for() < 5ms) std::this_thread::yield();
  gate.open();
  while (keeper.busy_for() != 0ms) std::this_thread::yield();
}

class SeenStallTest : public ::testing::Test {
 protected:
  std::chrono::milliseconds look_after(std::chrono::nanoseconds step, std::uint64_t task_ns) {
    now_ns_ += static_cast<std::uint64_t>(step.count());
    return stall_.look(task_ns, now_ns_);
  }
  std::uint64_t now_ns_ = 1'000'000'000'000;
  SeenStall stall_;
};

TEST_F(SeenStallTest, GrowsWithTheLooksAtOneTask) {
  EXPECT_EQ(look_after(250ms, 0), 0ms);
  const std::uint64_t task = now_ns_ + 100'000'000;
  EXPECT_EQ(look_after(250ms, task), 150ms) << "from its beginning";
  for (int looks = 1; looks <= 20; ++looks) EXPECT_EQ(look_after(250ms, task), 150ms + looks * 250ms);
  EXPECT_EQ(look_after(250ms, now_ns_ + 200'000'000), 50ms) << "another task";
  EXPECT_EQ(look_after(250ms, 0), 0ms);
}

TEST_F(SeenStallTest, TimeInWhichTheProcessWasStoppedIsNotHeldAgainstATask) {
  EXPECT_EQ(look_after(250ms, 0), 0ms);
  const std::uint64_t task = now_ns_ + 100'000'000;  // runs for 0.4 ms, in which the process is stopped for an hour
  EXPECT_EQ(look_after(1h, task), 1s) << "no more than a stop within a second would show";
  // Pings that had queued up, and a second stop before the task comes to its end.
  EXPECT_EQ(look_after(10us, task), 1s);
  EXPECT_EQ(look_after(1h, task), 2s);
  EXPECT_EQ(look_after(250ms, 0), 0ms);
}

TEST(HousekeeperTest, HoldsAtMost64Jobs) {
  Gate gate;
  std::promise<void> running;
  Housekeeper keeper(1h, [] {});
  Housekeeper::Job stuck = [&] {
    running.set_value();
    gate.pass();
  };
  ASSERT_TRUE(keeper.post(stuck));
  running.get_future().wait();
  for (int i = 0; i < 64; ++i) {
    Housekeeper::Job job = [] {};
    EXPECT_TRUE(keeper.post(job)) << i;
  }
  Housekeeper::Job refused = [] {};
  EXPECT_FALSE(keeper.post(refused));
  gate.open();
}

}  // namespace
}  // namespace status::ipc
