// Marks of an event ring: they change together with a publish, whatever moment the process dies in.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "ipc/stream/event_ring.h"

namespace status::ipc {
namespace {

EventRing::Mark mark_of(std::size_t index, std::uint64_t value) {
  EventRing::Mark mark{.index = index, .bytes = {}};
  std::memcpy(mark.bytes.data(), &value, sizeof(value));
  return mark;
}

std::uint64_t value_of(const EventRing& ring, std::size_t index) {
  std::uint64_t value = 0;
  std::memcpy(&value, ring.mark(index).data(), sizeof(value));
  return value;
}

EventView event(std::string_view topic, ByteView data = {}) {
  EventView view;
  view.topic = topic;
  view.data = data;
  return view;
}

class EventRingMarks : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(16'384);
};

TEST_F(EventRingMarks, AreZeroAtFirstAndOutliveTheRing) {
  {
    EventRing ring(memory_, random_, 4);
    EXPECT_EQ(value_of(ring, 3), 0U);
    const EventRing::Mark first = mark_of(1, 11);
    EXPECT_EQ(ring.publish(event("a.b"), &first), 1U);
    ring.set_mark(mark_of(3, 33));
    const EventRing::Mark second = mark_of(1, 12);
    EXPECT_EQ(ring.publish(event("a.b"), &second), 2U);
  }
  const EventRing again(memory_, random_, 4);
  EXPECT_EQ(again.last(), 2U);
  EXPECT_EQ(value_of(again, 0), 0U);
  EXPECT_EQ(value_of(again, 1), 12U);
  EXPECT_EQ(value_of(again, 3), 33U);
}

TEST_F(EventRingMarks, AnEventThatIsTooLargeStillMovesItsMark) {
  EventRing ring(memory_, random_, 1);
  const Bytes large(memory_.size() / 2);
  const EventRing::Mark mark = mark_of(0, 5);
  EXPECT_EQ(ring.publish(event("a.b", large), &mark), 0U);
  EXPECT_EQ(value_of(ring, 0), 5U);
}

TEST_F(EventRingMarks, AnotherNumberOfMarksIsAnotherRing) {
  {
    EventRing ring(memory_, random_, 2);
    ring.publish(event("a.b"));
  }
  const EventRing other(memory_, random_, 3);
  EXPECT_EQ(other.last(), 0U);
  EXPECT_EQ(value_of(other, 0), 0U);
}

// A child publishes as fast as it can and is killed: event n and mark n are both there, or neither is.
TEST(EventRingMarksCrash, KillAtAnyMomentLeavesEventAndMarkEqual) {
  constexpr std::size_t kBytes = 64 << 10;
  void* shared = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  const std::span memory(static_cast<std::uint8_t*>(shared), kBytes);
  SeededRandom random(2);
  for (int round = 0; round < 40; ++round) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      EventRing ring(memory, random, 2);
      const Bytes data(static_cast<std::size_t>(100 + round * 7), 0x80);
      for (std::uint64_t i = 0;; ++i) {
        const EventRing::Mark mark = mark_of(1, ring.last() + 1);
        ring.publish(event("child.event", data), &mark);
        if (i == 50 && ::write(ready[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    const EventRing ring(memory, random, 2);
    ASSERT_GT(ring.last(), 50U) << "round " << round << ": the ring was not taken up";
    ASSERT_EQ(value_of(ring, 1), ring.last()) << "round " << round;
  }
  ::munmap(shared, kBytes);
}

}  // namespace
}  // namespace status::ipc
