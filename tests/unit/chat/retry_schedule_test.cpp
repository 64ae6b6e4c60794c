#include "services/chat/engine/retry_schedule.h"

#include <gtest/gtest.h>

namespace status::chat {
namespace {

using namespace std::chrono_literals;

class RetryScheduleTest : public testing::Test {
 protected:
  std::vector<std::uint64_t> take() {
    taken_ = schedule_.take(now_);
    std::vector<std::uint64_t> out;
    for (const auto& item : taken_) out.push_back(item.sequence);
    return out;
  }
  void complete(bool accepted = true) {
    for (const auto& item : taken_) schedule_.completed(item, accepted, now_);
    taken_.clear();
  }
  void add(std::uint64_t first, std::uint64_t last, bool handed_over = false) {
    for (std::uint64_t i = first; i <= last; ++i) schedule_.add(1, i, handed_over, now_);
  }
  // The time until the schedule has something, and moves there.
  std::chrono::milliseconds wait() {
    const MonotonicTime due = schedule_.next_due().value();
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(due - now_);
    now_ = std::max(now_, due);
    return waited;
  }

  SeededRandom random_{1};
  RetrySchedule schedule_{{}, random_};
  MonotonicTime now_{1h};
  std::vector<RetrySchedule::Item> taken_;
};

TEST_F(RetryScheduleTest, NewRowsGoAtOnceInOrderAndOnce) {
  add(1, 3);
  EXPECT_EQ(take(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_TRUE(take().empty()) << "in flight";
  complete();
  EXPECT_TRUE(take().empty()) << "too early to repeat";
}

TEST_F(RetryScheduleTest, HandOversAtATimeAreBounded) {
  add(1, 100);
  EXPECT_EQ(take().size(), 32u);
  const auto first = taken_;
  EXPECT_FALSE(schedule_.next_due()) << "only a completion makes room";
  schedule_.completed(first[0], true, now_);
  EXPECT_EQ(take(), (std::vector<std::uint64_t>{33}));
}

TEST_F(RetryScheduleTest, RepetitionsDoubleUpToTheCapWithJitter) {
  add(1, 1);
  take();
  complete();
  std::chrono::milliseconds expected = 1s;
  for (int i = 0; i < 10; ++i) {
    const std::chrono::milliseconds waited = wait();
    EXPECT_GE(waited, expected * 8 / 10) << i;
    EXPECT_LE(waited, expected * 12 / 10) << i;
    // The jitter may wake before the row is a second old; then it waits for that.
    if (take().empty()) {
      wait();
      EXPECT_EQ(take().size(), 1u);
    }
    complete();
    expected = std::min<std::chrono::milliseconds>(expected * 2, 30s);
  }
}

TEST_F(RetryScheduleTest, ASilentPeerGetsTheOldestAndOneThatSpeaksTheRest) {
  add(1, 200);
  for (int i = 0; i < 7; ++i) {
    take();
    complete();
  }
  now_ += 2s;
  EXPECT_EQ(take(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
  complete();
  now_ += 100ms;
  for (std::uint64_t i = 1; i <= 8; ++i) schedule_.remove(1, i);
  schedule_.heard(1, true, now_);
  EXPECT_EQ(take().size(), 32u);
  complete();
  now_ += 50ms;
  schedule_.heard(1, true, now_);
  EXPECT_EQ(take().front(), 41u) << "what was just repeated is not repeated again";
}

TEST_F(RetryScheduleTest, WhatAPeerThatSpeaksDoesNotTakeIsEncryptedAnewAndMoreSeldomEachTime) {
  add(1, 1);
  take();
  complete();
  const auto time_until_unreadable = [&] {
    const MonotonicTime begin = now_;
    for (int i = 0; i < 200; ++i) {
      wait();
      if (take().empty()) continue;
      const RetrySchedule::Item item = taken_.front();
      if (item.unreadable) schedule_.sealed_anew(item, now_);
      complete();
      if (item.unreadable) return std::chrono::duration_cast<std::chrono::seconds>(now_ - begin);
      schedule_.heard(1, false, now_);
    }
    return std::chrono::seconds(0);
  };
  EXPECT_NEAR(static_cast<double>(time_until_unreadable().count()), 20, 3);
  EXPECT_NEAR(static_cast<double>(time_until_unreadable().count()), 40, 3);
  EXPECT_NEAR(static_cast<double>(time_until_unreadable().count()), 80, 3);
}

TEST_F(RetryScheduleTest, WhatAPeerThatIsAwayHasNotTakenKeepsItsBytes) {
  add(1, 1);
  take();
  complete();
  for (int i = 0; i < 50; ++i) {
    wait();
    take();
    for (const RetrySchedule::Item& item : taken_) EXPECT_FALSE(item.unreadable);
    complete();
  }
}

TEST_F(RetryScheduleTest, SilenceIsBrokenOnceWithoutNews) {
  add(1, 20);
  take();
  complete();
  now_ += 2s;
  EXPECT_EQ(take().size(), 8u);
  complete();
  now_ += 2s;
  schedule_.heard(1, false, now_);
  EXPECT_EQ(take().size(), 20u);
  complete();
  schedule_.heard(1, false, now_);
  EXPECT_TRUE(take().empty());
}

TEST_F(RetryScheduleTest, ARefusingNetworkPausesEverything) {
  add(1, 2);
  take();
  complete(false);
  EXPECT_TRUE(take().empty());
  std::chrono::milliseconds expected = 100ms;
  for (int i = 0; i < 8; ++i) {
    const std::chrono::milliseconds waited = wait();
    EXPECT_GE(waited, expected * 8 / 10);
    EXPECT_LE(waited, expected * 12 / 10);
    EXPECT_EQ(take(), (std::vector<std::uint64_t>{1, 2})) << "in order";
    complete(false);
    expected = std::min<std::chrono::milliseconds>(expected * 2, 5s);
  }
  schedule_.network_back(now_);
  EXPECT_EQ(take().size(), 2u);
  complete(true);
}

TEST_F(RetryScheduleTest, ARepetitionThatFailsAfterItsNextTimeHasPassedIsNotForgotten) {
  add(1, 1);
  take();
  complete();
  now_ += 2s;
  EXPECT_EQ(take(), (std::vector<std::uint64_t>{1}));
  const std::vector<RetrySchedule::Item> repetition = taken_;
  wait();
  EXPECT_TRUE(take().empty()) << "still in flight";
  taken_ = repetition;
  complete(false);
  ASSERT_TRUE(schedule_.next_due());
  wait();
  EXPECT_EQ(take(), (std::vector<std::uint64_t>{1}));
}

TEST_F(RetryScheduleTest, RowsFromBeforeARestartAreDueButAsForASilentPeer) {
  add(1, 50, true);
  EXPECT_EQ(take().size(), 8u);
}

TEST_F(RetryScheduleTest, ACompletionOfOldBytesDoesNotCountForNewOnes) {
  add(1, 1);
  take();
  const auto old = taken_[0];
  schedule_.restart(1);
  EXPECT_EQ(take().size(), 1u);
  EXPECT_FALSE(schedule_.completed(old, true, now_));
  EXPECT_TRUE(schedule_.completed(taken_[0], true, now_));
}

TEST_F(RetryScheduleTest, CoveredNamesTheRowsOfAnAcknowledgement) {
  add(1, 10);
  EXPECT_EQ(schedule_.covered(1, SequenceSet(2, {{5, 6}, {9, 20}})), (std::vector<std::uint64_t>{1, 2, 5, 6, 9, 10}));
  EXPECT_TRUE(schedule_.covered(2, SequenceSet(100, {})).empty());
  for (std::uint64_t i = 1; i <= 10; ++i) schedule_.remove(1, i);
  EXPECT_EQ(schedule_.size(1), 0u);
  take();
  EXPECT_FALSE(schedule_.next_due());
}

}  // namespace
}  // namespace status::chat
