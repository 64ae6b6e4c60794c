#include "services/host/native/call_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "tests/support/patience.h"

namespace status::host::native {
namespace {

using namespace std::chrono_literals;

TEST(CallThread, RunsEverythingOnOneThreadInOrder) {
  std::atomic<int> after{0};
  std::vector<pid_t> threads;
  std::promise<void> done;
  CallThread calls([&] { ++after; });
  for (int i = 0; i < 3; ++i) calls.post("f", 1s, [&] { threads.push_back(::gettid()); });
  calls.post("g", 1s, [&] { done.set_value(); });
  ASSERT_EQ(done.get_future().wait_for(test::kPatience), std::future_status::ready);
  EXPECT_EQ(threads, std::vector<pid_t>(3, calls.thread_id()));
  EXPECT_NE(calls.thread_id(), ::gettid());
  EXPECT_GE(after, 3);
}

TEST(CallThread, KnowsWhatDoesNotReturnAndSinceWhen) {
  std::promise<void> entered;
  std::promise<void> go_on;
  CallThread calls([] {});
  calls.post("slow", 100ms, [&] {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  const MonotonicTime now = std::chrono::steady_clock::now();
  EXPECT_FALSE(calls.overdue(now));
  const auto limit = calls.next_limit(now);
  ASSERT_TRUE(limit);
  EXPECT_LE(*limit, now + 100ms);
  const auto overdue = calls.overdue(*limit);
  ASSERT_TRUE(overdue);
  EXPECT_STREQ(overdue->function, "slow");
  EXPECT_EQ(overdue->since, 100ms);
  go_on.set_value();
}

TEST(CallThread, TakesTurnsWhileTheyAreWantedAndNothingElseIsToDo) {
  std::atomic<int> wanted{0};
  std::promise<void> enough;
  std::vector<pid_t> threads;
  CallThread calls([] {});
  calls.set_turn({"turn", 1s, [&] { return wanted > 0; },
                  [&] {
                    threads.push_back(::gettid());
                    if (--wanted == 0) enough.set_value();
                  }});
  std::promise<void> idle;
  calls.post("f", 1s, [&] { idle.set_value(); });
  idle.get_future().wait();
  calls.post("g", 1s, [&] {
    EXPECT_TRUE(threads.empty());
    wanted = 3;
  });
  ASSERT_EQ(enough.get_future().wait_for(test::kPatience), std::future_status::ready);
  EXPECT_EQ(threads, std::vector<pid_t>(3, calls.thread_id()));
}

TEST(CallThread, WorkThatWaitsIsLookedAtFromNowOn) {
  CallThread calls([] {});
  const MonotonicTime now = std::chrono::steady_clock::now();
  EXPECT_FALSE(calls.next_limit(now));
}

}  // namespace
}  // namespace status::host::native
