#include "ipc/base/stage_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace status {
namespace {

void spend(std::uint64_t ns) {
  const std::uint64_t begin = monotonic_ns();
  while (monotonic_ns() < begin + ns) continue;
}

constexpr std::uint64_t kStep = 1'000'000;

TEST(StageClock, ATimerWithinAnotherIsNotChargedTwice) {
  StageTotals totals;
  const std::uint64_t begin = monotonic_ns();
  {
    const StageScope scope(totals);
    const StageTimer backend(Stage::backend);
    spend(kStep);
    {
      const StageTimer persist(Stage::persist);
      spend(kStep);
    }
    spend(kStep);
  }
  const std::uint64_t all = monotonic_ns() - begin;
  EXPECT_GE(totals.of(Stage::backend), 2 * kStep);
  EXPECT_GE(totals.of(Stage::persist), kStep);
  EXPECT_LE(totals.all(), all);
}

TEST(StageClock, AScopeWithinATimerIsAnotherCall) {
  StageTotals outer;
  StageTotals inner;
  {
    const StageScope scope(outer);
    const StageTimer waiting(Stage::other);
    {
      const StageScope nested(inner);
      EXPECT_EQ(StageScope::current(), &inner);
      const StageTimer persist(Stage::persist);
      spend(kStep);
    }
    EXPECT_EQ(StageScope::current(), &outer);
  }
  EXPECT_GE(outer.of(Stage::other), kStep) << "whoever waits, waits";
  EXPECT_EQ(outer.of(Stage::persist), 0U);
  EXPECT_GE(inner.of(Stage::persist), kStep);
  EXPECT_EQ(inner.of(Stage::other), 0U);
}

TEST(StageClock, OutsideOfAnyCallNothingIsCharged) {
  { const StageTimer persist(Stage::persist); }
  EXPECT_EQ(StageScope::current(), nullptr);
  StageTotals totals;
  const StageScope scope(totals);
  std::thread([] {
    EXPECT_EQ(StageScope::current(), nullptr) << "another thread works on nothing";
    const StageTimer persist(Stage::persist);
  }).join();
  EXPECT_EQ(totals.all(), 0U);
}

}  // namespace
}  // namespace status
