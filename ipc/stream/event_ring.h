// A bounded ring of events in one block of memory, which may be a memfd that outlives the process: a new one attaches
// and goes on with the next sequence number. Every change is published by flipping between two copies of the ring's
// state, so that a process killed in the middle of a write leaves the ring as it was before. One thread at a time.
//
// A ring may carry marks: a few bytes each that change in the same flip as a publish, so that a follower of another
// stream can keep where it stands beside what it has copied from there. After a crash the event and its mark are both
// there, or neither is.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>

#include "ipc/base/random.h"
#include "ipc/stream/page.h"

namespace status::ipc {

class EventRing {
 public:
  static constexpr std::size_t kMaxMarks = 64;
  static constexpr std::size_t kMarkBytes = 128;
  struct Mark {
    std::size_t index = 0;
    std::array<std::uint8_t, kMarkBytes> bytes{};
  };

  // Attaches to what `memory` holds, or starts anew (with a new incarnation) when it holds no intact ring with so many
  // marks. At least 4 KiB, and 256 bytes for each mark; the memory outlives the ring.
  EventRing(std::span<std::uint8_t> memory, Random& random, std::size_t marks = 0);

  // The sequence number: 1, 2, 3 … The oldest events make room. 0, and the event is dropped and counted, when it takes
  // more than a quarter of the ring; the mark is set even then.
  std::uint64_t publish(const EventView& event, const Mark* mark = nullptr);

  // Without an event.
  void set_mark(const Mark& mark);
  // All zeroes until it is set.
  std::span<const std::uint8_t, kMarkBytes> mark(std::size_t index) const;
  std::size_t marks() const { return marks_; }

  // Events after `seq`, oldest first, until `visit` returns false.
  void read(std::uint64_t after, const std::function<bool(const EventView&)>& visit) const;

  std::uint64_t incarnation() const { return state().incarnation; }
  std::uint64_t first() const { return state().first; }  // oldest kept; last() + 1 when empty
  std::uint64_t last() const { return state().next - 1; }
  std::uint64_t evicted() const { return evicted_; }
  std::uint64_t oversize() const { return oversize_; }

 private:
  struct State {
    std::uint64_t incarnation, first, next, head, tail;  // head and tail: offsets that only grow
    std::uint64_t marks;                                 // bit i: which of its two copies mark i has
  };
  struct Header;
  struct Record;

  const State& state() const;
  void commit(const State& next);
  Record* record_at(std::uint64_t offset) const;
  std::uint64_t skip_to_start(std::uint64_t offset) const;
  bool attach();
  void evict_for(std::uint64_t tail);
  std::uint8_t* mark_copy(std::size_t index, std::uint64_t copy) const;
  void write_mark(const Mark& mark, State& next) const;

  std::span<std::uint8_t> memory_;
  std::size_t marks_ = 0;
  std::size_t records_at_ = 0;
  std::uint64_t capacity_ = 0;
  std::deque<std::uint64_t> offsets_;  // of the events first … last
  std::uint64_t evicted_ = 0;
  std::uint64_t oversize_ = 0;
};

}  // namespace status::ipc
