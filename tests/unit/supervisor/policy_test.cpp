#include "supervisor/tree/policy.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using Kind = Verdict::Kind;
constexpr MonotonicTime kStart{std::chrono::hours(1)};

// Runs deaths one after the other on a clock of its own: each incarnation starts when the verdict says, and lives as
// long as given.
class Life {
 public:
  explicit Life(RestartPolicy policy = {}) : policy_(policy) {}
  Verdict dies_after(milliseconds ready_for, double chance = 0) {
    now_ += ready_for;
    const Verdict verdict = after_death(policy_, history_, {.ready_for = ready_for}, now_, chance);
    now_ += verdict.delay;
    return verdict;
  }

 private:
  RestartPolicy policy_;
  RestartHistory history_;
  MonotonicTime now_ = kStart;
};

TEST(Policy, TheDefaultSequenceOfAModuleThatLivesTenSeconds) {
  Life life;
  EXPECT_EQ(life.dies_after(milliseconds(10'000)).delay, milliseconds(0)) << "the first restart comes at once";
  for (const int delay : {100, 200, 400, 800, 1'600, 3'200, 6'400, 12'800, 25'600, 30'000, 30'000}) {
    const Verdict verdict = life.dies_after(milliseconds(10'000));
    EXPECT_EQ(verdict.kind, Kind::restart);
    EXPECT_EQ(verdict.delay, milliseconds(delay));
  }
  EXPECT_EQ(life.dies_after(milliseconds(60'000)).delay, milliseconds(0)) << "a minute of readiness resets";
  EXPECT_EQ(life.dies_after(milliseconds(10'000)).delay, milliseconds(100));
}

TEST(Policy, TheDefaultSequenceOfAModuleThatNeverGetsReady) {
  Life life;
  for (const int delay : {100, 200, 400, 800}) {
    const Verdict verdict = life.dies_after(milliseconds(0));
    EXPECT_EQ(verdict.kind, Kind::restart);
    EXPECT_EQ(verdict.delay, milliseconds(delay));
  }
  for (int i = 0; i < 3; ++i) {
    const Verdict verdict = life.dies_after(milliseconds(0));
    EXPECT_EQ(verdict.kind, Kind::failed) << "five deaths within a minute";
    EXPECT_EQ(verdict.delay, milliseconds(30'000)) << "retried at the cap";
  }
  EXPECT_EQ(life.dies_after(milliseconds(9'999)).kind, Kind::failed);
  EXPECT_EQ(life.dies_after(milliseconds(10'000)).kind, Kind::restart) << "ten seconds of readiness end it";
}

TEST(Policy, AtOnceNeedsASecondOfReadiness) {
  EXPECT_EQ(Life().dies_after(milliseconds(999)).delay, milliseconds(100));
  EXPECT_EQ(Life().dies_after(milliseconds(1'000)).delay, milliseconds(0));
}

TEST(Policy, JitterIsTwentyPerCent) {
  EXPECT_EQ(Life().dies_after(milliseconds(0), -1).delay, milliseconds(80));
  EXPECT_EQ(Life().dies_after(milliseconds(0), 1).delay, milliseconds(120));
  EXPECT_EQ(Life().dies_after(milliseconds(0), 0.5).delay, milliseconds(110));
}

TEST(Policy, DeathsOutsideTheWindowDoNotCount) {
  RestartHistory history;
  MonotonicTime now = kStart;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(after_death({}, history, {}, now, 0).kind, Kind::restart) << i;
    now += milliseconds(16'000);  // four in any window of a minute
  }
}

TEST(Policy, ALongLifeInBetweenForgivesTheShortOnes) {
  Life life;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(life.dies_after(milliseconds(0)).kind, Kind::restart);
  EXPECT_EQ(life.dies_after(milliseconds(10'000)).kind, Kind::restart);
  EXPECT_EQ(life.dies_after(milliseconds(0)).kind, Kind::restart);
}

TEST(Policy, WithoutBackoffAndBudgetEveryRestartComesAtOnce) {
  RestartPolicy policy;
  policy.first_delay = milliseconds(0);
  policy.budget = 0;
  Life life(policy);
  for (int i = 0; i < 1'000; ++i) {
    const Verdict verdict = life.dies_after(milliseconds(0), 1);
    ASSERT_EQ(verdict.kind, Kind::restart);
    ASSERT_EQ(verdict.delay, milliseconds(0));
  }
}

TEST(Policy, TheLargestBudgetIsHonoured) {
  RestartPolicy policy;
  policy.first_delay = milliseconds(0);
  policy.budget = RestartPolicy::kMaxBudget;
  Life life(policy);
  for (std::size_t i = 1; i < RestartPolicy::kMaxBudget; ++i)
    ASSERT_EQ(life.dies_after(milliseconds(0)).kind, Kind::restart);
  EXPECT_EQ(life.dies_after(milliseconds(0)).kind, Kind::failed);
}

TEST(Policy, WhenToRestartAtAll) {
  RestartHistory history;
  RestartPolicy policy;
  policy.when = RestartPolicy::When::on_failure;
  EXPECT_EQ(after_death(policy, history, {.clean = true}, kStart, 0).kind, Kind::leave);
  EXPECT_EQ(after_death(policy, history, {.clean = false}, kStart, 0).kind, Kind::restart);
  policy.when = RestartPolicy::When::never;
  EXPECT_EQ(after_death(policy, history, {.clean = false}, kStart, 0).kind, Kind::leave);
}

}  // namespace
}  // namespace status::supervisor
