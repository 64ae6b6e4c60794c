// A bounded ring of events in one block of memory, which may be a memfd that outlives the process: a new one attaches and goes on with the next sequence
// number. Every change is published by flipping between two copies of the ring's state, so that a process killed in the middle of a write leaves the ring as
// it was before. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>

#include "ipc/base/random.h"
#include "ipc/stream/page.h"

namespace status::ipc {

class EventRing {
 public:
  // Attaches to what `memory` holds, or starts anew (with a new incarnation) when it holds no intact ring. At least 4 KiB; the memory outlives the ring.
  EventRing(std::span<std::uint8_t> memory, Random& random);

  // The sequence number: 1, 2, 3 … The oldest events make room. 0, and the event is dropped and counted, when it takes more than a quarter of the ring.
  std::uint64_t publish(const EventView& event);

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
  };
  struct Header;
  struct Record;

  const State& state() const;
  void commit(const State& next);
  Record* record_at(std::uint64_t offset) const;
  std::uint64_t skip_to_start(std::uint64_t offset) const;
  bool attach();
  void evict_for(std::uint64_t tail);

  std::span<std::uint8_t> memory_;
  std::uint64_t capacity_ = 0;
  std::deque<std::uint64_t> offsets_;  // of the events first … last
  std::uint64_t evicted_ = 0;
  std::uint64_t oversize_ = 0;
};

}  // namespace status::ipc
