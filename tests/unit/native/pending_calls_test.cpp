#include "services/host/native/pending_calls.h"

#include <gtest/gtest.h>

#include <vector>

#include "ipc/base/cpu_scope.h"

namespace status::host::native {
namespace {

using namespace std::chrono_literals;

class PendingCallsTest : public testing::Test {
 protected:
  Token add(std::chrono::milliseconds deadline = 1s) {
    const Result<Token> token = calls_.add("f", start_ + deadline, [this](Result<std::string> answer) {
      cpu_ = CpuScope::spent();
      answers_.push_back(answer ? *answer : std::string(to_word(answer.error().code)));
    });
    EXPECT_TRUE(token);
    return token.value_or(0);
  }
  // As the dispatcher does.
  void settle_if(bool due, Token token) {
    if (due) calls_.settle(token);
  }

  const MonotonicTime start_{1h};
  PendingCalls calls_;
  std::vector<std::string> answers_;
  std::chrono::nanoseconds cpu_{0};
};

TEST_F(PendingCallsTest, AreOverWhenTheFunctionHasReturnedAndTheCallbackHasCome) {
  const Token token = add();
  EXPECT_FALSE(calls_.returned(token, true, 5ms));
  EXPECT_TRUE(answers_.empty());
  settle_if(calls_.answered(token, "yes"), token);
  EXPECT_EQ(answers_, std::vector<std::string>{"yes"});
  EXPECT_GE(cpu_, 5ms) << "what was computed before it returned";
  EXPECT_EQ(calls_.waiting() + calls_.given_up(), 0U);
}

TEST_F(PendingCallsTest, ACallbackBeforeTheFunctionReturnsWaitsForThat) {
  const Token token = add();
  EXPECT_FALSE(calls_.answered(token, "yes"));
  settle_if(calls_.returned(token, true, 0ns), token);
  EXPECT_EQ(answers_, std::vector<std::string>{"yes"});
}

TEST_F(PendingCallsTest, WhatIsNotAcceptedHasTheCallbacksWordsOrOurs) {
  const Token told = add();
  EXPECT_FALSE(calls_.answered(told, fail(Code::aborted, "x.y", "its own")));
  settle_if(calls_.returned(told, false, 0ns), told);
  const Token untold = add();
  settle_if(calls_.returned(untold, false, 0ns), untold);
  EXPECT_EQ(answers_, (std::vector<std::string>{"ABORTED", "INTERNAL"}));
}

TEST_F(PendingCallsTest, AtTheDeadlineTheCallerHasItsAnswerAndTheNumberStaysTaken) {
  const Token late = add(10ms);
  const Token patient = add(20ms);
  (void)calls_.returned(late, true, 0ns);
  (void)calls_.returned(patient, true, 0ns);
  EXPECT_EQ(calls_.next_deadline(), start_ + 10ms);
  calls_.expire(start_ + 9ms);
  EXPECT_TRUE(answers_.empty());
  calls_.expire(start_ + 10ms);
  EXPECT_EQ(answers_, std::vector<std::string>{"DEADLINE_EXCEEDED"});
  EXPECT_EQ(calls_.next_deadline(), start_ + 20ms);
  EXPECT_EQ(calls_.given_up(), 1U);
  settle_if(calls_.answered(late, "at last"), late);
  EXPECT_EQ(answers_.size(), 1U);
  EXPECT_EQ(calls_.given_up(), 0U);
  EXPECT_EQ(calls_.counters().late, 1U);
  EXPECT_EQ(calls_.counters().duplicate, 0U);
}

TEST_F(PendingCallsTest, WhatNobodyWaitsForIsNotCalled) {
  const Token token = add(10ms);
  EXPECT_TRUE(calls_.still_wanted(token));
  calls_.expire(start_ + 10ms);
  EXPECT_FALSE(calls_.still_wanted(token));
  EXPECT_EQ(calls_.given_up(), 0U);
}

TEST_F(PendingCallsTest, ASecondCallbackIsCountedAndHasNoEffect) {
  const Token token = add();
  EXPECT_FALSE(calls_.answered(token, "first"));
  EXPECT_FALSE(calls_.answered(token, "second"));
  settle_if(calls_.returned(token, true, 0ns), token);
  EXPECT_FALSE(calls_.answered(token, "third"));
  EXPECT_EQ(answers_, std::vector<std::string>{"first"});
  EXPECT_EQ(calls_.counters().duplicate, 2U);
}

TEST_F(PendingCallsTest, ANumberThatWasNeverGivenOutIsToldFromOneThatWas) {
  EXPECT_FALSE(calls_.answered(0, ""));
  EXPECT_FALSE(calls_.answered(1, ""));
  EXPECT_EQ(calls_.counters().unknown, 2U);
  EXPECT_EQ(calls_.counters().duplicate, 0U);
}

TEST_F(PendingCallsTest, AreBoundedByThoseThatWereGivenUpToo) {
  for (std::size_t i = 0; i < PendingCalls::kMost; ++i) (void)add(10ms);
  calls_.expire(start_ + 10ms);
  const Result<Token> more = calls_.add("f", start_ + 1s, [](const Result<std::string>&) {});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().reason, "native.too_many_calls");
  EXPECT_TRUE(more.error().retryable);
}

TEST_F(PendingCallsTest, AllFailAtOnceWhenNothingMoreWillCome) {
  const Token token = add();
  (void)add();
  calls_.fail_all(make_error(Code::unavailable, "native.stuck", "why"));
  EXPECT_EQ(answers_, (std::vector<std::string>{"UNAVAILABLE", "UNAVAILABLE"}));
  (void)calls_.returned(token, true, 0ns);
  settle_if(calls_.answered(token, "late"), token);
  EXPECT_EQ(answers_.size(), 2U);
}

}  // namespace
}  // namespace status::host::native
