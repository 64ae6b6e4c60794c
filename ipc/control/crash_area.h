// The crash memfd (descriptor 4): what a module was doing, written while it lives and read by the supervisor after its
// death.
//
//   CrashArea area = *CrashArea::map(kCrashRecordFd);                    // once, in the module
//   auto slot = area.claim("chat.send_message", trace_id, now_ns);       // before the handler runs
//   area.runs_on(slot, ::gettid());                                      // on the thread that runs it
//   area.release(slot);                                                  // after the reply
//
// Fixed-size records, no pointers, host byte order: the file never leaves the host. Claim and release are lock-free,
// allocate nothing, make no system call and may run on any thread; with all slots taken a call is simply not recorded.
// A default-constructed area records nothing: that is the placement inside another process, which has no supervisor.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/bytes.h"
#include "ipc/base/result.h"

namespace status::ipc::control {

inline constexpr std::uint64_t kCrashMagic = 0x5354'4352'4153'4831;  // "STCRASH1"
inline constexpr std::uint32_t kCrashVersion = 1;
inline constexpr std::size_t kCrashSlots = 256;
inline constexpr std::size_t kCrashMethodBytes = 96;
inline constexpr std::size_t kTraceIdBytes = 16;

enum class SlotState : std::uint32_t { free = 0, writing = 1, used = 2 };

struct CrashSlot {
  std::atomic<std::uint32_t> state;
  std::atomic<std::uint32_t> thread;  // kernel id of the one that runs the handler; 0: none does
  std::uint64_t started_ns;           // CLOCK_MONOTONIC
  std::uint8_t trace_id[kTraceIdBytes];
  char method[kCrashMethodBytes];  // zero-padded
};
static_assert(sizeof(CrashSlot) == 128 && std::atomic<std::uint32_t>::is_always_lock_free);

struct CrashHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t slot_count;
  std::uint32_t slots_offset;
  std::uint32_t slot_bytes;
  std::uint8_t reserved[40];
};
static_assert(sizeof(CrashHeader) == 64);

// Size of the file. Behind the slots are the stacks that a crash handler leaves (crash_stacks.h).
inline constexpr std::size_t kCrashAreaBytes = 256 * 1024;
inline constexpr std::size_t kCrashStacksOffset = sizeof(CrashHeader) + kCrashSlots * sizeof(CrashSlot);
static_assert(kCrashStacksOffset < kCrashAreaBytes);

class CrashArea {
 public:
  static constexpr std::size_t kNoSlot = kCrashSlots;

  CrashArea() = default;
  // Maps the file and writes its header. The descriptor stays the caller's. Errors: the file is too small, mmap
  // refused.
  static Result<CrashArea> map(int fd);
  CrashArea(CrashArea&& other) noexcept;
  CrashArea& operator=(CrashArea&& other) noexcept;
  ~CrashArea();

  // kNoSlot when nothing is recorded; releasing that is allowed.
  std::size_t claim(std::string_view method, ByteView trace_id, std::uint64_t started_ns);
  // Joins the call to a stack of the crash record. 0: its handler has returned and the answer comes later.
  void runs_on(std::size_t slot, std::uint32_t thread);
  void release(std::size_t slot);

 private:
  CrashSlot* slots_ = nullptr;
  void* mapping_ = nullptr;
  std::atomic<std::uint32_t> hint_{0};
};

struct CallInFlight {
  std::string method;  // printable ASCII only; anything else became '?'
  std::array<std::uint8_t, kTraceIdBytes> trace_id{};
  std::uint64_t started_ns = 0;
  std::uint32_t thread = 0;  // that ran its handler; 0: none did
};

// What a dead module left. It may have scribbled over the file: everything is copied first and checked against bounds,
// and the result has at most kCrashSlots entries. A file that never got its header has none. Errors: DATA_LOSS
// (`control.crash_area`), system errors.
Result<std::vector<CallInFlight>> read_crash_area(int fd);

}  // namespace status::ipc::control
