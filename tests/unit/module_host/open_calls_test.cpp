#include "services/module_host/open_calls.h"

#include <gtest/gtest.h>

namespace status::module_host {
namespace {

using namespace std::chrono_literals;
using Standing = OpenCalls::Standing;

class OpenCallsTest : public ::testing::Test {
 protected:
  std::uint64_t add(std::chrono::milliseconds within) {
    const auto done = [this](const Result<Bytes>& answer) { answers_.push_back(answer.error().code); };
    return calls_.add({.done = done, .deadline = start_ + within});
  }
  Standing take(std::uint64_t token) { return calls_.take(token).standing; }

  const MonotonicTime start_{1h};
  std::vector<Code> answers_;
  OpenCalls calls_;
};

TEST_F(OpenCallsTest, AreAnsweredOnce) {
  const std::uint64_t first = add(1s);
  EXPECT_EQ(take(first), Standing::open);
  EXPECT_EQ(take(first), Standing::answered);
  EXPECT_EQ(take(0), Standing::unknown);
  EXPECT_EQ(take(first + 1), Standing::unknown);
  EXPECT_FALSE(calls_.next_deadline());
}

TEST_F(OpenCallsTest, AreOverdueFromTheirDeadlinesOn) {
  const std::uint64_t late = add(2s);
  const std::uint64_t soon = add(1s);
  EXPECT_EQ(calls_.next_deadline(), start_ + 1s);
  EXPECT_TRUE(calls_.expire(start_).empty());
  EXPECT_EQ(calls_.expire(start_ + 1s), std::vector{soon});
  EXPECT_EQ(answers_, std::vector{Code::deadline_exceeded}) << "whose clock was first does not matter to the caller";
  EXPECT_FALSE(calls_.deadline_of(soon));
  EXPECT_EQ(calls_.deadline_of(late), start_ + 2s);
  EXPECT_EQ(take(soon), Standing::overdue);
  EXPECT_EQ(take(soon), Standing::answered);
  EXPECT_EQ(take(late), Standing::open);
}

TEST_F(OpenCallsTest, RememberSoManyThatAreOverdue) {
  for (std::size_t i = 0; i <= OpenCalls::kMostOverdue; ++i) add(1ms);
  EXPECT_EQ(calls_.expire(start_ + 1s).size(), OpenCalls::kMostOverdue + 1);
  EXPECT_EQ(take(1), Standing::answered) << "the oldest is forgotten";
  EXPECT_EQ(take(2), Standing::overdue);
}

}  // namespace
}  // namespace status::module_host
