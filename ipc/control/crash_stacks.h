// The second part of the crash memfd, behind the slots of crash_area.h: the stacks of all threads, as the handler of a
// fatal signal left them (crash_handler.h), and how the supervisor reads them.
//
// Fixed-size records, host byte order, no pointers: only plain program counters and the objects that they are in. Names
// of functions are found later, by whoever has the time to read symbol tables (`statusctl why`), and never in here.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/control/build_id.h"
#include "ipc/control/crash_area.h"

namespace status::ipc::control {

inline constexpr std::uint64_t kStacksMagic = 0x5354'5354'4143'4b31;  // "STSTACK1"
inline constexpr std::uint32_t kStacksVersion = 1;
inline constexpr std::size_t kStackThreads = 32;
inline constexpr std::size_t kStackFrames = 48;
inline constexpr std::size_t kStackObjects = 64;
inline constexpr std::size_t kThreadNameBytes = 16;
inline constexpr std::size_t kObjectPathBytes = 208;

// A file that the loader has mapped.
struct ObjectRecord {
  std::uint64_t start;  // of its addresses
  std::uint64_t end;
  std::uint64_t bias;  // address in memory minus address in the file
  std::uint32_t build_id_bytes;
  std::uint8_t build_id[kMaxBuildIdBytes];
  char path[kObjectPathBytes];  // zero-padded
};
static_assert(sizeof(ObjectRecord) == 256);

enum class StackState : std::uint32_t { unused = 0, asked = 1, walking = 2, whole = 3 };

struct StackRecord {
  std::atomic<std::uint32_t> state;
  std::uint32_t thread;                    // kernel id
  std::atomic<std::uint32_t> frame_count;  // grows while the stack is walked
  std::uint32_t reserved;
  char name[kThreadNameBytes];         // zero-padded
  std::uint64_t frames[kStackFrames];  // innermost first; of a caller, an address inside its call
};
static_assert(sizeof(StackRecord) == 416);

struct StacksHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::int32_t signal;         // 0: no handler ran
  std::int32_t code;           // si_code
  std::uint32_t object_count;  // the first is the executable, there from the start
  std::uint64_t address;       // si_addr of a fault
  std::uint32_t stack_count;   // the first is that of the thread that the death is about
  std::uint32_t thread_count;  // that the process had
  std::uint8_t reserved[24];
};
static_assert(sizeof(StacksHeader) == 64);

struct StacksArea {
  StacksHeader header;
  ObjectRecord objects[kStackObjects];
  StackRecord stacks[kStackThreads];
};
static_assert(kCrashStacksOffset + sizeof(StacksArea) <= kCrashAreaBytes);

struct CrashObject {
  std::string path;      // control characters became '?'
  std::string build_id;  // hex digits; empty when it has none
};
// What lies in no file that is known says nothing of itself: where a stack is ruined it may be anything that was in
// memory, a secret too.
struct CrashFrame {
  std::optional<std::size_t> object;  // index; none: in no file that is known
  std::uint64_t offset = 0;           // address in the object's file; 0 without one
};
struct CrashStack {
  std::uint32_t thread = 0;
  std::string name;
  bool whole = false;  // else the thread did not get to the end of it, or did not answer at all
  std::vector<CrashFrame> frames;
};
struct CrashStacks {
  int signal = 0;  // 0: no handler ran
  int code = 0;
  std::uint64_t address = 0;
  std::uint32_t thread_count = 0;    // stacks of more than kStackThreads are not there
  std::vector<CrashObject> objects;  // the executable first
  std::vector<CrashStack> stacks;
};

// What a dead process left, checked against bounds like read_crash_area(). All empty when no handler was installed.
// Errors: DATA_LOSS (`control.crash_stacks`), system errors.
Result<CrashStacks> read_crash_stacks(int fd);

}  // namespace status::ipc::control
