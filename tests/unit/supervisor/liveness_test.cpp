#include "supervisor/tree/liveness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace status::supervisor {
namespace {

using Health = Liveness::Health;

// Ticks every 50 ms of a fake clock and answers as told.
class Probe {
 public:
  explicit Probe(Liveness::Limits limits = {}) : liveness_(limits) {}
  void take_over() { liveness_.take_over(); }

  // The worst health seen on the way, and the newest reason.
  Health run(milliseconds time, const std::function<std::optional<ipc::control::Pong>()>& answer) {
    Health worst = Health::good;
    for (milliseconds at{0}; at < time; at += milliseconds(50)) {
      clock_.advance(milliseconds(50));
      const auto verdict = liveness_.tick(clock_.monotonic());
      worst = std::max(worst, verdict.health);
      last_ = verdict.health;
      if (!verdict.why.empty()) why_ = verdict.why;
      if (!verdict.ping) continue;
      ++pings_;
      if (auto pong = answer()) {
        pong->n = *verdict.ping;
        liveness_.pong(*pong, clock_.monotonic());
      }
    }
    return worst;
  }
  Health tick_after(milliseconds pause) {
    clock_.advance(pause);
    return liveness_.tick(clock_.monotonic()).health;
  }
  Health last() const { return last_; }
  const std::string& why() const { return why_; }
  int pings() const { return pings_; }

 private:
  Liveness liveness_;
  FakeClock clock_;
  Health last_ = Health::good;
  std::string why_;
  int pings_ = 0;
};

std::optional<ipc::control::Pong> idle() { return ipc::control::Pong{}; }
std::optional<ipc::control::Pong> silent() { return std::nullopt; }

TEST(Liveness, AnAnsweringModuleIsWellAndPingedAtTheInterval) {
  Probe probe;
  EXPECT_EQ(probe.run(milliseconds(10'000), idle), Health::good);
  EXPECT_EQ(probe.pings(), 40);
}

TEST(Liveness, SilenceIsSlowAfterASecondAndHungAtTheLimit) {
  Probe probe;
  probe.run(milliseconds(1'000), idle);
  EXPECT_EQ(probe.run(milliseconds(1'000), silent), Health::good);
  EXPECT_EQ(probe.run(milliseconds(1'000), silent), Health::slow);
  EXPECT_EQ(probe.run(milliseconds(500), silent), Health::slow);
  EXPECT_EQ(probe.run(milliseconds(1'000), silent), Health::hung);
  EXPECT_THAT(probe.why(), testing::StartsWith("no answer to ping for 3"));
}

TEST(Liveness, AnAnswerToAnOldPingSaysNothing) {
  Liveness liveness({});
  FakeClock clock;
  liveness.tick(clock.monotonic());
  liveness.pong({.n = 99}, clock.monotonic());
  for (int i = 0; i < 20; ++i) {
    clock.advance(milliseconds(200));
    liveness.tick(clock.monotonic());
  }
  EXPECT_EQ(liveness.tick(clock.monotonic()).health, Health::hung);
}

TEST(Liveness, WorkThatIsQueuedWhileNothingCompletesIsAHang) {
  Probe probe;
  std::uint64_t overrun = 0;
  const auto stuck = [&] {
    overrun += 250;
    return ipc::control::Pong{
        .queued = 3, .running = 1, .completed = 7, .oldest_overrun_ms = overrun, .oldest = "chat.send abc"};
  };
  EXPECT_EQ(probe.run(milliseconds(2'500), stuck), Health::slow);
  EXPECT_EQ(probe.run(milliseconds(1'500), stuck), Health::hung);
  EXPECT_THAT(probe.why(),
              testing::AllOf(testing::HasSubstr("3 calls are queued"), testing::HasSubstr("`chat.send abc`")));
}

TEST(Liveness, OneStuckWorkerOfSeveralIsSlowNeverHung) {
  Probe probe;
  std::uint64_t completed = 0;
  const auto busy = [&] {
    return ipc::control::Pong{
        .queued = 3, .running = 2, .completed = ++completed, .oldest_overrun_ms = completed * 250, .oldest = "m t"};
  };
  EXPECT_EQ(probe.run(milliseconds(60'000), busy), Health::slow);
  EXPECT_THAT(probe.why(), testing::HasSubstr("`m t` is"));
  EXPECT_EQ(probe.run(milliseconds(300), idle), Health::slow);
  EXPECT_EQ(probe.run(milliseconds(300), idle), Health::good);
}

TEST(Liveness, FullLoadWithoutAnOverrunIsNoHang) {
  Probe probe;
  EXPECT_EQ(
      probe.run(milliseconds(60'000), [] { return ipc::control::Pong{.queued = 500, .running = 4, .completed = 9}; }),
      Health::good);
}

TEST(Liveness, TimeInWhichTheSupervisorDidNotRunDoesNotCount) {
  Probe probe;
  probe.run(milliseconds(1'000), idle);
  probe.run(milliseconds(250), silent);
  EXPECT_EQ(probe.tick_after(milliseconds(60'000)), Health::good);
}

// Silent for as long as it takes, of each 50 ms so many without a CPU.
milliseconds hung_after(milliseconds starved_of_50) {
  Liveness liveness({});
  FakeClock clock;
  for (milliseconds at{0}; at < milliseconds(60'000); at += milliseconds(50)) {
    const auto verdict = liveness.tick(clock.monotonic(), liveness.is_suspicious() ? starved_of_50 : milliseconds(0));
    if (verdict.health == Health::hung) return at;
    clock.advance(milliseconds(50));
  }
  return milliseconds(60'000);
}

TEST(Liveness, TimeWithoutACpuDoesNotCountTowardsTheLimit) {
  EXPECT_EQ(hung_after(milliseconds(0)), milliseconds(3'000));
  EXPECT_EQ(hung_after(milliseconds(25)), milliseconds(6'000));
  EXPECT_EQ(hung_after(milliseconds(50)), milliseconds(60'000)) << "starved, not hung";
}

TEST(Liveness, AStarvedModuleIsSlowAndTheReasonIsNamed) {
  Liveness liveness({});
  FakeClock clock;
  liveness.tick(clock.monotonic());
  EXPECT_TRUE(liveness.is_suspicious());
  clock.advance(milliseconds(1'200));
  const auto verdict = liveness.tick(clock.monotonic(), milliseconds(1'100));
  EXPECT_EQ(verdict.health, Health::slow);
  EXPECT_EQ(verdict.why, "no answer to ping for 1200 ms, 1100 of them without a CPU");
}

TEST(Liveness, AStallIsExcusedTooWhileThereIsNoCpu) {
  Liveness liveness({});
  FakeClock clock;
  Health worst = Health::good;
  for (int i = 0; i < 40; ++i) {
    clock.advance(milliseconds(250));
    const auto verdict = liveness.tick(clock.monotonic(), milliseconds(liveness.is_suspicious() ? 250 : 0));
    worst = std::max(worst, verdict.health);
    if (!verdict.ping) continue;
    liveness.pong({.n = *verdict.ping, .queued = 3, .running = 2, .oldest_overrun_ms = 100}, clock.monotonic());
  }
  EXPECT_EQ(worst, Health::good);
}

TEST(Liveness, OneThatIsTakenOverIsSlowUntilItAnswers) {
  Probe probe;
  probe.take_over();
  EXPECT_EQ(probe.run(milliseconds(100), silent), Health::slow);
  EXPECT_THAT(probe.why(), testing::HasSubstr("has not answered since"));
  EXPECT_EQ(probe.run(milliseconds(3'000), silent), Health::hung) << "the ladder is no longer for it";
  Probe other;
  other.take_over();
  other.run(milliseconds(250), idle);
  EXPECT_EQ(other.last(), Health::good);
}

TEST(Liveness, AShortLimitGoesBeforeTheSecond) {
  Probe probe({.ping_interval = milliseconds(50), .hang_limit = milliseconds(200)});
  EXPECT_EQ(probe.run(milliseconds(300), silent), Health::hung);
}

}  // namespace
}  // namespace status::supervisor
