#include "metrics/flight/recorder.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "metrics/flight/layout.h"

namespace status::metrics::flight {
namespace {

constexpr std::string_view kOther = "_other";

template <std::size_t N>
std::uint64_t word_of(const std::array<std::uint8_t, N>& bytes, std::size_t at = 0) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

std::uint64_t half(std::size_t bytes) { return std::min<std::size_t>(bytes, 0xffff'ffffU); }

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::map(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "flight recorder"));
  const auto bytes = static_cast<std::size_t>(info.st_size);
  if (capacity_of(bytes) == 0) return fail(Code::internal, "metrics.flight_file", "the flight recorder is too small");
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return fail(errno_error(errno, "map the flight recorder"));
  return std::unique_ptr<Recorder>(new Recorder(static_cast<std::uint8_t*>(memory), bytes));
}

Recorder::Recorder(std::uint8_t* memory, std::size_t bytes)
    : memory_(memory), bytes_(bytes), header_(*reinterpret_cast<Header*>(memory)) {
  header_.magic.store(0);
  header_.version = kVersion;
  header_.names.store(0);
  for (auto& next : header_.next) next.store(0);
  name(kOther);
  header_.magic.store(kMagic, std::memory_order_release);
}

Recorder::~Recorder() { ::munmap(memory_, bytes_); }

Recorder::Name Recorder::name(std::string_view text) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto known = names_.find(text); known != names_.end()) return known->second;
    if (names_.size() >= kNames) return 0;
  }
  const std::unique_lock lock(mutex_);
  if (const auto known = names_.find(text); known != names_.end()) return known->second;
  const std::size_t index = names_.size();
  if (index >= kNames) return 0;
  char* place = reinterpret_cast<char*>(memory_ + kNamesAt + index * kNameBytes);
  std::memset(place, 0, kNameBytes);
  std::memcpy(place, text.data(), std::min(text.size(), kNameBytes));
  header_.names.store(static_cast<std::uint32_t>(index + 1), std::memory_order_release);
  names_.emplace(text, static_cast<Name>(index));
  return static_cast<Name>(index);
}

template <class Fill>
void Recorder::write(RingKind ring, Fill fill) {
  const std::uint64_t number = header_.next[ring].fetch_add(1, std::memory_order_relaxed) + 1;
  auto* records = reinterpret_cast<Words*>(memory_ + ring_at(ring, bytes_));
  Words& words = records[(number - 1) % capacity_of(bytes_)];
  // Release on each: whoever reads a word of this record also sees that its number is gone.
  const auto put = [&words](std::size_t word, std::uint64_t value) {
    words[word].store(value, std::memory_order_release);
  };
  put(kNumber, 0);
  fill(put);
  put(kNumber, number);
}

void Recorder::add(const Entry& entry) {
  write(kCallRing, [&entry](const auto& put) {
    put(kStarted, entry.started_ns);
    put(kTotal, entry.total_ns);
    const bool traced = entry.trace != nullptr;
    put(kTrace, traced ? word_of(entry.trace->trace_id) : 0);
    put(kTrace + 1, traced ? word_of(entry.trace->trace_id, 8) : 0);
    put(kSpan, traced ? word_of(entry.trace->span_id) : 0);
    put(kParent, word_of(entry.parent));
    for (std::size_t i = 0; i < entry.stages.size(); ++i) put(kStages + i, entry.stages[i]);
    put(kSizes, half(entry.request_bytes) | (half(entry.response_bytes) << 32U));
    const std::uint64_t outcome = entry.code ? static_cast<std::uint64_t>(*entry.code) + 1 : 0;
    put(kLabels, entry.method | (std::uint64_t{entry.peer} << 16U) | (outcome << 32U) |
                     (static_cast<std::uint64_t>(entry.side) << 40U) | (std::uint64_t{entry.stages_known} << 48U));
  });
}

void Recorder::add_step(const Step& step) {
  write(kStepRing, [&step](const auto& put) {
    put(kStarted, step.at_ns);
    put(kTotal, 0);
    for (std::size_t i = 0; i < 4; ++i) put(kHash + i, word_of(step.hash, 8 * i));
    for (std::size_t i = 0; i < 2; ++i) put(kMessage + i, word_of(step.message, 8 * i));
    const ipc::Trace during = step.during != nullptr ? *step.during : ipc::Trace{};
    put(kDuring, word_of(during.trace_id));
    put(kDuring + 1, word_of(during.trace_id, 8));
    put(kDuring + 2, word_of(during.span_id));
    put(kLabels, step.step | (std::uint64_t{step.holder} << 16U) | (std::uint64_t{step.held} << 48U));
  });
}

}  // namespace status::metrics::flight
