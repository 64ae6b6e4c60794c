#include "services/module_host/wakeups.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>

#include "tests/support/patience.h"

namespace status::module_host {
namespace {

using namespace std::chrono_literals;

// The turns that were posted; the test is the dispatcher.
class WakeupsTest : public ::testing::Test {
 protected:
  bool turn_comes() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, test::kPatience, [this] { return turns_ > 0; })) return false;
    --turns_;
    return true;
  }
  void take_turn(std::optional<MonotonicTime> next = {}) {
    wakeups_.turn_begins();
    wakeups_.next(next);
    wakeups_.turn_ends();
  }
  int turns() {
    const std::lock_guard lock(mutex_);
    return turns_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int turns_ = 0;
  int refusals_ = 0;
  Wakeups wakeups_{{.post_turn =
                        [this] {
                          const std::lock_guard lock(mutex_);
                          if (refusals_ > 0) return --refusals_, false;
                          ++turns_;
                          changed_.notify_all();
                          return true;
                        },
                    .stuck = [] {}}};
};

TEST_F(WakeupsTest, ATurnComesWhenItIsAskedForAndOnlyOneAtOnce) {
  wakeups_.wake();
  ASSERT_TRUE(turn_comes());
  wakeups_.wake();
  wakeups_.wake();
  EXPECT_EQ(turns(), 0) << "one is under way";
  take_turn();
  ASSERT_TRUE(turn_comes());
  take_turn();
  wakeups_.stop();
  EXPECT_EQ(turns(), 0);
}

TEST_F(WakeupsTest, ATurnComesAtItsTime) {
  const MonotonicTime due = std::chrono::steady_clock::now() + 20ms;
  wakeups_.next(std::chrono::steady_clock::now() + 1h);
  wakeups_.next(due);
  ASSERT_TRUE(turn_comes());
  EXPECT_GE(std::chrono::steady_clock::now(), due);
  take_turn(std::chrono::steady_clock::now());
  ASSERT_TRUE(turn_comes());
}

TEST_F(WakeupsTest, ATurnComesWhenTheDescriptorCanBeRead) {
  int pipe[2] = {};
  ASSERT_EQ(::pipe(pipe), 0);
  wakeups_.watch(pipe[0]);
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  ASSERT_TRUE(turn_comes());
  char byte = 0;
  ASSERT_EQ(::read(pipe[0], &byte, 1), 1);
  take_turn();
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  ASSERT_TRUE(turn_comes());
  ::close(pipe[0]);  // and not taken away
  take_turn();
  wakeups_.wake();
  ASSERT_TRUE(turn_comes());
  ::close(pipe[1]);
}

TEST_F(WakeupsTest, ADispatcherWithoutRoomIsAskedAgain) {
  {
    const std::lock_guard lock(mutex_);
    refusals_ = 3;
  }
  wakeups_.wake();
  EXPECT_TRUE(turn_comes());
}

}  // namespace
}  // namespace status::module_host
