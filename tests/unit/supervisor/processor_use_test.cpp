#include "supervisor/tree/processor_use.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using namespace std::chrono_literals;

ThreadTimes thread(pid_t id, std::chrono::nanoseconds waited) { return {.thread = id, .waited = waited}; }

TEST(ProcessorUse, CountsFromTheStartOfTheProcess) {
  ProcessorUse use;
  const auto first = use.since_last(30ms, {thread(1, 4ms), thread(2, 1ms)});
  EXPECT_EQ(first.ran, 30ms);
  EXPECT_EQ(first.waited, 5ms);
  const auto second = use.since_last(50ms, {thread(1, 4ms), thread(2, 8ms)});
  EXPECT_EQ(second.ran, 20ms);
  EXPECT_EQ(second.waited, 7ms);
}

TEST(ProcessorUse, NothingShrinksWhenAThreadEndsOrTheProcessIsGone) {
  ProcessorUse use;
  use.since_last(30ms, {thread(1, 4ms), thread(2, 9ms)});
  const auto one_less = use.since_last(30ms, {thread(1, 5ms)});
  EXPECT_EQ(one_less.waited, 1ms);
  const auto gone = use.since_last(0ms, {});
  EXPECT_EQ(gone.ran, 0ms);
  EXPECT_EQ(gone.waited, 0ms);
}

TEST(ProcessorUse, AThreadThatTakesTheNumberOfAnotherCountsFromItsOwnStart) {
  ProcessorUse use;
  use.since_last(0ms, {thread(7, 100ms)});
  use.since_last(0ms, {});
  EXPECT_EQ(use.since_last(0ms, {thread(7, 2ms)}).waited, 2ms);
}

}  // namespace
}  // namespace status::supervisor
