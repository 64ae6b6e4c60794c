// The event ring against a model, in damaged memory, and in processes that die at any moment.
#include "ipc/stream/event_ring.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <random>

namespace status::ipc {
namespace {

constexpr std::size_t kSmallest = 4096;

// An event whose whole content follows from its number, so that anybody can check it.
struct Sample {
  explicit Sample(std::uint64_t seq, std::size_t size) : topic("t." + std::to_string(seq)), data(size) {
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(seq * 31 + i);
    if (seq % 3 == 0) {
      trace.emplace();
      trace->trace_id.fill(static_cast<std::uint8_t>(seq));
    }
  }
  EventView view() const { return {.time_ms = 1, .topic = topic, .generation = 2, .trace = trace, .data = data}; }

  std::string topic;
  Bytes data;
  std::optional<Trace> trace;
};

std::size_t size_of(std::uint64_t seq) { return seq * 97 % 700; }
Sample sample(std::uint64_t seq) { return Sample(seq, size_of(seq)); }

// Every event from first() to last() is there, in order and whole. The number of them.
std::uint64_t expect_whole(const EventRing& ring) {
  std::uint64_t expected = ring.first();
  ring.read(0, [&](const EventView& event) {
    const Sample want = sample(expected);
    EXPECT_EQ(event.seq, expected);
    EXPECT_EQ(event.topic, want.topic);
    EXPECT_EQ(event.trace, want.trace);
    EXPECT_TRUE(std::ranges::equal(event.data, want.data)) << "event " << expected;
    ++expected;
    return true;
  });
  EXPECT_EQ(expected, ring.last() + 1);
  return expected - ring.first();
}

class EventRingTest : public ::testing::Test {
 protected:
  void publish(EventRing& ring, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t seq = ring.last() + 1;
      ASSERT_EQ(ring.publish(sample(seq).view()), seq);
    }
  }

  SeededRandom random_{7};
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(kSmallest);
};

TEST_F(EventRingTest, StartsEmpty) {
  const EventRing ring(memory_, random_);
  EXPECT_EQ(ring.first(), 1U);
  EXPECT_EQ(ring.last(), 0U);
  EXPECT_NE(ring.incarnation(), 0U);
  EXPECT_EQ(expect_whole(ring), 0U);
}

TEST_F(EventRingTest, TheOldestMakeRoomAndTheRestIsWholeAfterEveryPublish) {
  EventRing ring(memory_, random_);
  for (int i = 0; i < 1'000; ++i) {
    publish(ring, 1);
    EXPECT_GE(expect_whole(ring), 1U);
  }
  EXPECT_EQ(ring.last(), 1'000U);
  EXPECT_EQ(ring.evicted(), ring.first() - 1);
  EXPECT_GT(ring.evicted(), 900U);
}

TEST_F(EventRingTest, ReadsFromWhereItIsToldUntilItIsToldToStop) {
  EventRing ring(memory_, random_);
  publish(ring, 5);
  std::vector<std::uint64_t> seen;
  ring.read(2, [&](const EventView& event) {
    seen.push_back(event.seq);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{3, 4}));
  ring.read(5, [](const EventView&) -> bool { throw std::logic_error("nothing is after the last"); });
}

TEST_F(EventRingTest, WhatIsTooLargeIsDroppedCountedAndHarmless) {
  EventRing ring(memory_, random_);
  publish(ring, 3);
  EXPECT_EQ(ring.publish(Sample(4, kSmallest / 4 + 1).view()), 0U);
  EXPECT_EQ(ring.publish(Sample(4, kSmallest * 4).view()), 0U);
  EXPECT_EQ(ring.oversize(), 2U);
  EXPECT_EQ(ring.last(), 3U);
  publish(ring, 1);
  EXPECT_EQ(expect_whole(ring), 4U);
}

TEST_F(EventRingTest, ANewProcessAttachesAndGoesOn) {
  std::uint64_t incarnation = 0;
  for (std::uint64_t round = 0; round < 50; ++round) {
    EventRing ring(memory_, random_);
    if (round == 0) incarnation = ring.incarnation();
    EXPECT_EQ(ring.incarnation(), incarnation);
    EXPECT_EQ(ring.last(), round * 7);
    expect_whole(ring);
    publish(ring, 7);
  }
}

TEST_F(EventRingTest, OtherMemoryOrAnotherSizeIsAnotherIncarnation) {
  std::uint64_t before = 0;
  {
    EventRing ring(memory_, random_);
    publish(ring, 3);
    before = ring.incarnation();
  }
  memory_.resize(kSmallest * 2);
  const EventRing grown(memory_, random_);
  EXPECT_NE(grown.incarnation(), before);
  EXPECT_EQ(grown.last(), 0U);
}

// A header that was never finished: a process that died while it made the ring.
TEST_F(EventRingTest, AHeaderOfMagicAndZeroesIsNoRing) {
  { const EventRing ring(memory_, random_); }
  for (std::size_t from = 8; from <= 128; from += 8) {
    std::vector<std::uint8_t> cut = memory_;
    std::fill(cut.begin() + static_cast<std::ptrdiff_t>(from), cut.end(), std::uint8_t{0});
    EventRing ring(cut, random_);
    EXPECT_GE(ring.first(), 1U) << from;
    EXPECT_EQ(ring.publish(sample(1).view()), 1U) << from;
  }
}

// Whatever a byte was changed to, attaching does not crash, and what comes out can be read and written.
TEST_F(EventRingTest, DamagedMemoryIsNoticedOrHarmless) {
  const unsigned seed = std::random_device()();
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  {
    EventRing ring(memory_, random_);
    publish(ring, 40);
  }
  const auto survives = [&](std::vector<std::uint8_t> damaged) {
    EventRing ring(damaged, random_);
    std::uint64_t events = 0;
    std::size_t bytes = 0;
    ring.read(0, [&](const EventView& event) {
      ++events;
      for (const std::uint8_t byte : event.data) bytes += byte;
      bytes += event.topic.size();
      return true;
    });
    EXPECT_EQ(events, ring.last() + 1 - ring.first());
    const std::uint64_t last = ring.last();
    for (std::uint64_t i = 1; i <= 30; ++i) EXPECT_EQ(ring.publish(Sample(i, 200).view()), last + i);
  };
  constexpr std::size_t kHeader = 4 * 8 + 2 * 6 * 8;
  for (std::size_t at = 0; at < kHeader; ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      std::vector<std::uint8_t> damaged = memory_;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
      survives(std::move(damaged));
    }
  }
  for (std::size_t field = 0; field < kHeader / 8; ++field) {
    for (const std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{1} << 63}) {
      std::vector<std::uint8_t> damaged = memory_;
      std::memcpy(&damaged[field * 8], &value, sizeof(value));
      survives(std::move(damaged));
    }
  }
  for (int i = 0; i < 3'000; ++i) {
    std::vector<std::uint8_t> damaged = memory_;
    for (unsigned flips = 1 + dice() % 4; flips > 0; --flips) {
      damaged[dice() % damaged.size()] = static_cast<std::uint8_t>(dice());
    }
    survives(std::move(damaged));
  }
}

class SharedMemory {
 public:
  SharedMemory() {
    void* at = ::mmap(nullptr, kSmallest + sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    bytes_ = static_cast<std::uint8_t*>(at);
    counter_ = new (bytes_ + kSmallest) Counter(0);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::munmap(bytes_, kSmallest + sizeof(Counter)); }

  using Counter = std::atomic<std::uint64_t>;
  std::span<std::uint8_t> ring() const { return {bytes_, kSmallest}; }
  Counter& counter() const { return *counter_; }

 private:
  std::uint8_t* bytes_;
  Counter* counter_;
};

// The writer is stopped after every single instruction; whenever the memory has changed, it is taken as what a kill at
// that point would have left.
TEST(EventRingKill, BetweenAnyTwoWritesTheRingIsWhole) {
  constexpr std::uint64_t kEvents = 12;  // more than fit: it wraps and evicts
  SharedMemory shared;
  std::vector<Sample> samples;
  for (std::uint64_t seq = 1; seq <= kEvents; ++seq) samples.push_back(sample(seq));
  const pid_t writer = ::fork();
  ASSERT_GE(writer, 0);
  if (writer == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(1);
    ::raise(SIGSTOP);
    SeededRandom random(1);
    EventRing ring(shared.ring(), random);
    for (const Sample& each : samples) ring.publish(each.view());
    ::_exit(0);
  }
  std::vector<std::uint8_t> before(kSmallest);
  std::vector<std::uint8_t> copy(kSmallest);
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t incarnation = 0;
  int moments = 0;
  int status = 0;
  ::waitpid(writer, &status, 0);
  while (WIFSTOPPED(status)) {
    ASSERT_EQ(::ptrace(PTRACE_SINGLESTEP, writer, nullptr, nullptr), 0);
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    if (std::memcmp(before.data(), shared.ring().data(), kSmallest) == 0) continue;
    ++moments;
    std::ranges::copy(shared.ring(), before.begin());
    copy = before;
    SeededRandom other(99);
    const EventRing ring(copy, other);
    SeededRandom same(99);
    const bool attached = ring.incarnation() != (same.next64() | 1U);
    if (!attached) {
      ASSERT_EQ(incarnation, 0U) << "the ring was lost after event " << last;
      continue;
    }
    if (incarnation == 0) incarnation = ring.incarnation();
    ASSERT_EQ(ring.incarnation(), incarnation);
    ASSERT_GE(ring.last(), last);
    ASSERT_LE(ring.last(), last + 1);
    first = ring.first();
    last = ring.last();
    expect_whole(ring);
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(last, kEvents);
  EXPECT_GT(first, 1U);
  EXPECT_GT(moments, 100);
}

TEST(EventRingKill, AtRandomMomentsTheRingIsWhole) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 dice(seed);
  SharedMemory shared;
  std::uint64_t last = 0;
  for (int round = 0; round < 50; ++round) {
    shared.counter() = 0;
    const pid_t writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      SeededRandom random(1);
      EventRing ring(shared.ring(), random);
      for (std::uint64_t seq = ring.last() + 1;; ++seq) {
        ring.publish(sample(seq).view());
        shared.counter().fetch_add(1);
      }
    }
    const std::uint64_t target = 1 + dice() % 100;
    while (shared.counter() < target) {
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    SeededRandom random(2);
    const EventRing ring(shared.ring(), random);
    ASSERT_GE(ring.last(), last + shared.counter());
    ASSERT_LE(ring.last(), last + shared.counter() + 1);
    last = ring.last();
    expect_whole(ring);
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace status::ipc
