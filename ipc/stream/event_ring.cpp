#include "ipc/stream/event_ring.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace status::ipc {
namespace {

constexpr std::uint64_t kMagic = 0x5354'4556'5249'4e32;  // "STEVRIN2"
constexpr std::uint64_t kAlign = 8;

std::uint64_t aligned(std::uint64_t size) { return (size + kAlign - 1) / kAlign * kAlign; }

}  // namespace

struct EventRing::Header {
  std::uint64_t magic;
  std::uint64_t capacity;
  std::uint64_t marks;
  std::atomic<std::uint64_t> active;
  State states[2];
};

struct EventRing::Record {
  std::uint32_t size;  // all of it, aligned; 0: the rest up to the end of the memory is unused
  std::uint32_t topic_size;
  std::uint32_t data_size;
  std::uint32_t has_trace;
  std::uint64_t seq;
  std::int64_t time_ms;
  std::uint64_t generation;
  std::uint8_t trace[32];

  const std::uint8_t* payload() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  std::uint8_t* payload() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

EventRing::EventRing(std::span<std::uint8_t> memory, Random& random, std::size_t marks)
    : memory_(memory),
      marks_(std::min(marks, kMaxMarks)),
      records_at_(sizeof(Header) + marks_ * 2 * kMarkBytes),
      capacity_((memory.size() - records_at_) / kAlign * kAlign) {
  if (attach()) return;
  offsets_.clear();
  auto* header = reinterpret_cast<Header*>(memory_.data());
  header->magic = 0;  // until all of it is there
  std::atomic_signal_fence(std::memory_order_seq_cst);
  header->capacity = capacity_;
  header->marks = marks_;
  header->active = 0;
  header->states[0] =
      State{.incarnation = random.next64() | 1U, .first = 1, .next = 1, .head = 0, .tail = 0, .marks = 0};
  std::fill_n(memory_.data() + sizeof(Header), marks_ * 2 * kMarkBytes, std::uint8_t{0});
  std::atomic_signal_fence(std::memory_order_seq_cst);
  header->magic = kMagic;
}

const EventRing::State& EventRing::state() const {
  const auto* header = reinterpret_cast<const Header*>(memory_.data());
  return header->states[header->active.load(std::memory_order_acquire) & 1U];
}

void EventRing::commit(const State& next) {
  auto* header = reinterpret_cast<Header*>(memory_.data());
  const std::uint64_t other = (header->active.load(std::memory_order_relaxed) & 1U) ^ 1U;
  header->states[other] = next;
  header->active.store(other, std::memory_order_release);
  // What follows overwrites what this state has given up: not a byte of it before the flip.
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

EventRing::Record* EventRing::record_at(std::uint64_t offset) const {
  return reinterpret_cast<Record*>(memory_.data() + records_at_ + offset % capacity_);
}

std::uint64_t EventRing::skip_to_start(std::uint64_t offset) const {
  return offset / capacity_ * capacity_ + capacity_;
}

bool EventRing::attach() {
  const auto* header = reinterpret_cast<const Header*>(memory_.data());
  if (header->magic != kMagic || header->capacity != capacity_ || header->marks != marks_) return false;
  const State& s = state();
  if (s.incarnation == 0 || s.first == 0) return false;
  if (s.tail < s.head || s.tail - s.head > capacity_ || s.first > s.next || s.head % kAlign != 0) return false;
  std::uint64_t offset = s.head;
  for (std::uint64_t seq = s.first; seq < s.next; ++seq) {
    std::uint64_t room = capacity_ - offset % capacity_;
    if (room < sizeof(Record) || record_at(offset)->size == 0) {
      offset = skip_to_start(offset);
      room = capacity_;
    }
    const Record* record = record_at(offset);
    const std::uint64_t need = sizeof(Record) + std::uint64_t{record->topic_size} + record->data_size;
    if (offset >= s.tail || record->seq != seq || record->size != aligned(need) || record->size > room) return false;
    offsets_.push_back(offset);
    offset += record->size;
  }
  return offset == s.tail;
}

void EventRing::evict_for(std::uint64_t tail) {
  State next = state();
  while (!offsets_.empty() && tail - offsets_.front() > capacity_) {
    offsets_.pop_front();
    ++next.first;
    ++evicted_;
  }
  next.head = offsets_.empty() ? next.tail : offsets_.front();
  commit(next);
}

std::uint8_t* EventRing::mark_copy(std::size_t index, std::uint64_t copy) const {
  return memory_.data() + sizeof(Header) + (index * 2 + copy) * kMarkBytes;
}

std::span<const std::uint8_t, EventRing::kMarkBytes> EventRing::mark(std::size_t index) const {
  return std::span<const std::uint8_t, kMarkBytes>(mark_copy(index, state().marks >> index & 1U), kMarkBytes);
}

void EventRing::write_mark(const Mark& mark, State& next) const {
  const std::uint64_t unused = (next.marks >> mark.index & 1U) ^ 1U;
  std::ranges::copy(mark.bytes, mark_copy(mark.index, unused));
  next.marks ^= std::uint64_t{1} << mark.index;
}

void EventRing::set_mark(const Mark& mark) {
  State next = state();
  write_mark(mark, next);
  commit(next);
}

std::uint64_t EventRing::publish(const EventView& event, const Mark* mark) {
  const std::uint64_t size = aligned(sizeof(Record) + event.topic.size() + event.data.size());
  if (size > capacity_ / 4) {
    ++oversize_;
    if (mark != nullptr) set_mark(*mark);
    return 0;
  }
  std::uint64_t offset = state().tail;
  const std::uint64_t room = capacity_ - offset % capacity_;
  const bool wraps = room < size;
  const std::uint64_t begin = wraps ? skip_to_start(offset) : offset;
  evict_for(begin + size);
  if (offsets_.empty()) {
    State emptied = state();
    emptied.head = emptied.tail = begin;
    commit(emptied);
  } else if (wraps && room >= sizeof(Record)) {
    record_at(offset)->size = 0;
  }
  Record* record = record_at(begin);
  *record = Record{.size = static_cast<std::uint32_t>(size),
                   .topic_size = static_cast<std::uint32_t>(event.topic.size()),
                   .data_size = static_cast<std::uint32_t>(event.data.size()),
                   .has_trace = event.trace ? 1U : 0U,
                   .seq = state().next,
                   .time_ms = event.time_ms,
                   .generation = event.generation,
                   .trace = {}};
  if (event.trace) std::ranges::copy(event.trace->pack(), record->trace);
  std::memcpy(record->payload(), event.topic.data(), event.topic.size());
  if (!event.data.empty()) std::memcpy(record->payload() + event.topic.size(), event.data.data(), event.data.size());
  State next = state();
  next.tail = begin + size;
  ++next.next;
  if (mark != nullptr) write_mark(*mark, next);
  offsets_.push_back(begin);
  commit(next);
  return next.next - 1;
}

void EventRing::read(std::uint64_t after, const std::function<bool(const EventView&)>& visit) const {
  const std::uint64_t begin = std::max(after + 1, first());
  for (std::uint64_t index = begin - first(); index < offsets_.size(); ++index) {
    const Record* record = record_at(offsets_[index]);
    EventView event;
    event.seq = record->seq;
    event.time_ms = record->time_ms;
    event.topic = {reinterpret_cast<const char*>(record->payload()), record->topic_size};
    event.generation = record->generation;
    if (record->has_trace != 0) event.trace = Trace::unpack({record->trace, Trace::kSize});
    event.data = {record->payload() + record->topic_size, record->data_size};
    if (!visit(event)) return;
  }
}

}  // namespace status::ipc
