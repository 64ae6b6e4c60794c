#include "ipc/control/crash_area.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace status::ipc::control {
namespace {

constexpr auto kFree = static_cast<std::uint32_t>(SlotState::free);
constexpr auto kWriting = static_cast<std::uint32_t>(SlotState::writing);
constexpr auto kUsed = static_cast<std::uint32_t>(SlotState::used);

std::string printable(const char* text, std::size_t limit) {
  std::string out(text, ::strnlen(text, limit));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

}  // namespace

Result<CrashArea> CrashArea::map(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "crash memfd"));
  if (info.st_size < static_cast<off_t>(kCrashAreaBytes)) {
    return fail(Code::failed_precondition, "control.crash_area", "the crash memfd is smaller than its layout");
  }
  void* mapping = ::mmap(nullptr, kCrashAreaBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) return fail(errno_error(errno, "mmap of the crash memfd"));
  auto* header = static_cast<CrashHeader*>(mapping);
  header->version = kCrashVersion;
  header->slot_count = kCrashSlots;
  header->slots_offset = sizeof(CrashHeader);
  header->slot_bytes = sizeof(CrashSlot);
  header->magic = kCrashMagic;
  CrashArea area;
  area.mapping_ = mapping;
  area.slots_ = reinterpret_cast<CrashSlot*>(static_cast<char*>(mapping) + sizeof(CrashHeader));
  return area;
}

CrashArea::CrashArea(CrashArea&& other) noexcept
    : slots_(std::exchange(other.slots_, nullptr)), mapping_(std::exchange(other.mapping_, nullptr)) {}

CrashArea& CrashArea::operator=(CrashArea&& other) noexcept {
  std::swap(slots_, other.slots_);
  std::swap(mapping_, other.mapping_);
  return *this;
}

CrashArea::~CrashArea() {
  if (mapping_ != nullptr) ::munmap(mapping_, kCrashAreaBytes);
}

std::size_t CrashArea::claim(std::string_view method, ByteView trace_id, std::uint64_t started_ns) {
  if (slots_ == nullptr) return kNoSlot;
  const std::size_t first = hint_.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < kCrashSlots; ++i) {
    const std::size_t index = (first + i) % kCrashSlots;
    CrashSlot& slot = slots_[index];
    std::uint32_t expected = kFree;
    if (!slot.state.compare_exchange_strong(expected, kWriting, std::memory_order_acquire)) continue;
    const std::size_t length = std::min(method.size(), kCrashMethodBytes);
    std::memcpy(slot.method, method.data(), length);
    std::memset(slot.method + length, 0, kCrashMethodBytes - length);
    const std::size_t trace_length = std::min(trace_id.size(), kTraceIdBytes);
    std::memset(slot.trace_id, 0, kTraceIdBytes);
    if (trace_length != 0) std::memcpy(slot.trace_id, trace_id.data(), trace_length);
    slot.started_ns = started_ns;
    slot.thread.store(0, std::memory_order_relaxed);
    slot.state.store(kUsed, std::memory_order_release);
    return index;
  }
  return kNoSlot;
}

void CrashArea::runs_on(std::size_t slot, std::uint32_t thread) {
  if (slots_ != nullptr && slot < kCrashSlots) slots_[slot].thread.store(thread, std::memory_order_relaxed);
}

void CrashArea::release(std::size_t slot) {
  if (slots_ != nullptr && slot < kCrashSlots) slots_[slot].state.store(kFree, std::memory_order_release);
}

Result<std::vector<CallInFlight>> read_crash_area(int fd) {
  std::vector<char> copy(kCrashStacksOffset);
  const ssize_t got = ::pread(fd, copy.data(), copy.size(), 0);
  if (got < 0) return fail(errno_error(errno, "read of the crash memfd"));
  if (static_cast<std::size_t>(got) != copy.size())
    return fail(Code::data_loss, "control.crash_area", "the crash memfd is cut short");
  CrashHeader header{};
  std::memcpy(&header, copy.data(), sizeof header);
  std::vector<CallInFlight> calls;
  if (header.magic == 0) return calls;  // died before it mapped the file
  if (header.magic != kCrashMagic || header.version != kCrashVersion || header.slot_count != kCrashSlots ||
      header.slots_offset != sizeof(CrashHeader) || header.slot_bytes != sizeof(CrashSlot)) {
    return fail(Code::data_loss, "control.crash_area",
                "the header of the crash memfd is damaged or of another version");
  }
  for (std::size_t i = 0; i < kCrashSlots; ++i) {
    const char* slot = copy.data() + sizeof(CrashHeader) + i * sizeof(CrashSlot);
    std::uint32_t state = 0;
    std::memcpy(&state, slot + offsetof(CrashSlot, state), sizeof state);
    if (state != kUsed) continue;
    CallInFlight call;
    call.method = printable(slot + offsetof(CrashSlot, method), kCrashMethodBytes);
    std::memcpy(call.trace_id.data(), slot + offsetof(CrashSlot, trace_id), kTraceIdBytes);
    std::memcpy(&call.started_ns, slot + offsetof(CrashSlot, started_ns), sizeof call.started_ns);
    std::memcpy(&call.thread, slot + offsetof(CrashSlot, thread), sizeof call.thread);
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace status::ipc::control
