#include "supervisor/tree/starvation.h"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>

#include "supervisor/process/process_stats.h"

namespace status::supervisor {
namespace {

using std::chrono::milliseconds;

class StarvationTest : public testing::Test {
 protected:
  // 100 ms later.
  milliseconds look(const std::vector<ThreadTimes>& threads) {
    clock_.advance(milliseconds(100));
    return starvation_.since_last(threads, clock_.monotonic());
  }

  FakeClock clock_;
  Starvation starvation_;
};

TEST_F(StarvationTest, TheFirstLookKnowsNothing) {
  EXPECT_EQ(look({{.thread = 1, .waited = milliseconds(5'000)}}), milliseconds(0));
}

TEST_F(StarvationTest, AThreadThatSleepsIsNotStarved) {
  look({{.thread = 1}});
  EXPECT_EQ(look({{.thread = 1}}), milliseconds(0));
}

TEST_F(StarvationTest, AWaitThatIsOverCounts) {
  look({{.thread = 1}});
  EXPECT_EQ(look({{.thread = 1, .ran = milliseconds(5), .waited = milliseconds(60)}}), milliseconds(60));
}

TEST_F(StarvationTest, AWaitUnderWayIsWhatTheThreadDidNotRun) {
  look({{.thread = 1, .runnable = true}});
  EXPECT_EQ(look({{.thread = 1, .runnable = true}}), milliseconds(100));
  EXPECT_EQ(look({{.thread = 1, .ran = milliseconds(30), .runnable = true}}), milliseconds(70));
}

TEST_F(StarvationTest, ALongWaitIsNotCountedTwiceWhenItEnds) {
  look({{.thread = 1, .runnable = true}});
  milliseconds sum{0};
  for (int i = 0; i < 9; ++i) sum += look({{.thread = 1, .runnable = true}});
  sum += look({{.thread = 1, .waited = milliseconds(1'000)}});
  EXPECT_EQ(sum, milliseconds(1'000));
}

TEST_F(StarvationTest, ABusyThreadThatHasItsCpuIsNotStarved) {
  look({{.thread = 1, .runnable = true}});
  EXPECT_EQ(look({{.thread = 1, .ran = milliseconds(100), .runnable = true}}), milliseconds(0));
}

TEST_F(StarvationTest, TheThreadThatFaresWorstCounts) {
  look({{.thread = 1}, {.thread = 2}});
  EXPECT_EQ(look({{.thread = 1, .waited = milliseconds(10)}, {.thread = 2, .waited = milliseconds(40)}}),
            milliseconds(40));
  EXPECT_EQ(look({{.thread = 3, .waited = milliseconds(90)}}), milliseconds(0)) << "a new thread, or a number again";
}

TEST_F(StarvationTest, AResetForgets) {
  look({{.thread = 1, .runnable = true}});
  starvation_.reset();
  EXPECT_EQ(look({{.thread = 1, .runnable = true}}), milliseconds(0));
}

TEST(ProcessStats, KnowTheThreadsOfALivingProcessAndNoneOfAnother) {
  const auto self_of = [](const auto& own) {
    return std::find_if(own.begin(), own.end(), [](const auto& each) { return each.thread == ::gettid(); });
  };
  auto own = thread_times(::getpid());
  auto self = self_of(own);
  ASSERT_NE(self, own.end());
  EXPECT_TRUE(self->runnable);
  // The kernel may count a process's first milliseconds a tick later.
  while (self->ran.count() == 0) {
    own = thread_times(::getpid());
    self = self_of(own);
    ASSERT_NE(self, own.end());
  }
  EXPECT_FALSE(is_stopped(::getpid()));
  EXPECT_TRUE(thread_times(0x7fff'fff0).empty());
  EXPECT_FALSE(is_stopped(0x7fff'fff0));
}

}  // namespace
}  // namespace status::supervisor
