#include "metrics/flight/reader.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ipc/base/clock.h"
#include "metrics/flight/layout.h"

namespace status::metrics::flight {
namespace {

constexpr std::uint64_t kOutcomes = 16;  // success and the closed set of codes

template <std::size_t N>
void put_word(std::uint64_t word, std::array<std::uint8_t, N>& bytes, std::size_t at = 0) {
  std::memcpy(bytes.data() + at, &word, sizeof word);
}

using Copy = std::array<std::uint64_t, kWords>;  // as Reader's

enum class Found { whole, unfinished, overwritten };

// Copies record `number`; `newest` gives the number of the newest one.
template <class Newest>
Found copy_to(Copy& copy, const Words& words, std::uint64_t number, std::uint64_t capacity, Newest newest) {
  copy[kNumber] = words[kNumber].load(std::memory_order_acquire);
  // A later record of the same place begins by taking the number away.
  if (copy[kNumber] < number) return newest() < number + capacity ? Found::unfinished : Found::overwritten;
  for (std::size_t i = 1; i < kWords; ++i) copy[i] = words[i].load(std::memory_order_acquire);
  const bool is_same = copy[kNumber] == number && words[kNumber].load(std::memory_order_relaxed) == number;
  return is_same ? Found::whole : Found::overwritten;
}

// What is recorded has ended: another time is not one that was measured.
bool is_over(std::uint64_t started_ns, std::uint64_t total_ns, std::uint64_t now_ns) {
  return started_ns <= now_ns && total_ns <= now_ns - started_ns;
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::map(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "flight recorder"));
  const auto bytes = static_cast<std::size_t>(info.st_size);
  if (capacity_of(bytes) == 0) return fail(Code::data_loss, "metrics.flight_file", "the file is no flight recorder");
  void* memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return fail(errno_error(errno, "map a flight recorder"));
  return std::unique_ptr<Reader>(new Reader(static_cast<const std::uint8_t*>(memory), bytes));
}

Reader::~Reader() { ::munmap(const_cast<std::uint8_t*>(memory_), bytes_); }

Reader::Marks Reader::last() const {
  const auto& header = *reinterpret_cast<const Header*>(memory_);
  if (header.magic.load(std::memory_order_acquire) != kMagic || header.version != kVersion) return {};
  return {header.next[kCallRing].load(std::memory_order_acquire),
          header.next[kStepRing].load(std::memory_order_acquire)};
}

std::string Reader::name(std::uint64_t index) const {
  if (index >= kNames) return {};
  const char* text = reinterpret_cast<const char*>(memory_ + kNamesAt + index * kNameBytes);
  std::string out(text, ::strnlen(text, kNameBytes));
  std::ranges::replace_if(
      out, [](char c) { return c < 0x21 || c > 0x7e; }, '?');
  return out;
}

Record Reader::call_of(const Copy& copy) const {
  const std::uint64_t labels = copy[kLabels];
  const std::uint64_t outcome = (labels >> 32U) & 0xffU;
  Record record;
  record.number = copy[kNumber];
  record.side = ((labels >> 40U) & 0xffU) == 0 ? Side::answered : Side::made;
  record.method = name(labels & 0xffffU);
  record.peer = name((labels >> 16U) & 0xffffU);
  if (outcome > 0 && outcome < kOutcomes) record.code = static_cast<Code>(outcome - 1);
  record.started_ns = copy[kStarted];
  record.total_ns = copy[kTotal];
  put_word(copy[kTrace], record.trace.trace_id);
  put_word(copy[kTrace + 1], record.trace.trace_id, 8);
  put_word(copy[kSpan], record.trace.span_id);
  put_word(copy[kParent], record.parent);
  record.stages_known = ((labels >> 48U) & 1U) != 0;
  std::copy_n(copy.begin() + kStages, record.stages.size(), record.stages.begin());
  record.request_bytes = static_cast<std::uint32_t>(copy[kSizes]);
  record.response_bytes = static_cast<std::uint32_t>(copy[kSizes] >> 32U);
  return record;
}

StepRecord Reader::step_of(const Copy& copy) const {
  const std::uint64_t labels = copy[kLabels];
  StepRecord record;
  record.number = copy[kNumber];
  record.step = name(labels & 0xffffU);
  if (((labels >> 48U) & 1U) != 0) record.holder = name((labels >> 16U) & 0xffffU);
  record.at_ns = copy[kStarted];
  for (std::size_t i = 0; i < 4; ++i) put_word(copy[kHash + i], record.hash, 8 * i);
  for (std::size_t i = 0; i < 2; ++i) put_word(copy[kMessage + i], record.message, 8 * i);
  put_word(copy[kDuring], record.during.trace_id);
  put_word(copy[kDuring + 1], record.during.trace_id, 8);
  put_word(copy[kDuring + 2], record.during.span_id);
  return record;
}

Reader::Reading Reader::read(const Marks& after, Unfinished unfinished, const Calls& call, const Steps& step) const {
  Reading out{last(), {}};
  const auto take_in = [](Stretch stretch, std::uint64_t& upto, std::uint64_t& missed) {
    upto = stretch.upto;
    missed = stretch.missed;
  };
  if (call) {
    take_in(read_ring(kCallRing, after.calls, unfinished, [&](const Copy& copy) { call(call_of(copy)); }),
            out.upto.calls, out.missed.calls);
  }
  if (step) {
    take_in(read_ring(kStepRing, after.steps, unfinished, [&](const Copy& copy) { step(step_of(copy)); }),
            out.upto.steps, out.missed.steps);
  }
  return out;
}

Reader::Stretch Reader::read_ring(RingKind ring, std::uint64_t after, Unfinished unfinished,
                                  const std::function<void(const Copy&)>& take) const {
  const auto newest_now = [this, ring] { return ring == kCallRing ? last().calls : last().steps; };
  const std::uint64_t newest = newest_now();
  if (newest < after) return {newest, 0};  // scribbled over, or begun anew
  const std::uint64_t now_ns = monotonic_ns();
  // Not the file's own word: its process may have written another one.
  const std::uint64_t capacity = capacity_of(bytes_);
  const auto* records = reinterpret_cast<const Words*>(memory_ + ring_at(ring, bytes_));
  const std::uint64_t first = std::max(after, newest - std::min(newest, capacity));
  std::uint64_t missed = first - after;
  for (std::uint64_t i = 0; i < newest - first; ++i) {
    const std::uint64_t number = first + 1 + i;
    Copy copy;
    const Found found = copy_to(copy, records[(number - 1) % capacity], number, capacity, newest_now);
    if (found == Found::unfinished && unfinished == Unfinished::wait) return {number - 1, missed};
    missed += found == Found::overwritten ? 1 : 0;
    if (found == Found::whole && is_over(copy[kStarted], copy[kTotal], now_ns)) take(copy);
  }
  return {newest, missed};
}

}  // namespace status::metrics::flight
