// By the compiler's own unwinder: it knows every function, also those of libraries without frame pointers. libgcc 12 on
// glibc 2.35 finds their tables through _dl_find_object and takes no lock on the way. It trusts the stack that it
// reads, hence the way back out of a fault. Where it gets nowhere, as after a call through a bad pointer, the frame
// pointers of our own code lead on.
#include "ipc/control/stack_walk.h"

#include <ucontext.h>
#include <unwind.h>

#include <csetjmp>

namespace status::ipc::control {
namespace {

// The way back into the walk of this thread. In a program of ours this is a fixed place: nothing is allocated.
thread_local sigjmp_buf* volatile way_back = nullptr;

struct Registers {
  std::uint64_t pc = 0;
  std::uint64_t stack = 0;
  std::uint64_t frame = 0;
};

Registers registers_of(const void* context) {
  const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  const auto at = [&](int index) { return static_cast<std::uint64_t>(machine.gregs[index]); };
  return {at(REG_RIP), at(REG_RSP), at(REG_RBP)};
#elif defined(__aarch64__)
  return {machine.pc, machine.sp, machine.regs[29]};
#else
#error "which registers hold the program counter, the stack and the frame?"
#endif
}

bool append(StackRecord& out, std::uint64_t address) {
  const std::uint32_t count = out.frame_count.load(std::memory_order_relaxed);
  if (count >= kStackFrames) return false;
  out.frames[count] = address;
  out.frame_count.store(count + 1, std::memory_order_release);
  return true;
}

struct Unwinding {
  StackRecord& out;
  std::uint64_t start;
  bool reached;  // the frame that was interrupted, past those of the handler
};

_Unwind_Reason_Code step(_Unwind_Context* context, void* argument) {
  auto& unwinding = *static_cast<Unwinding*>(argument);
  int interrupted = 0;
  const std::uint64_t pc = _Unwind_GetIPInfo(context, &interrupted);
  if (!unwinding.reached) {
    unwinding.reached = interrupted != 0 && pc == unwinding.start;
    return _URC_NO_REASON;
  }
  // A return address may be the first of the next line, or of the next function.
  return pc != 0 && append(unwinding.out, interrupted != 0 ? pc : pc - 1) ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

// Frame: the caller's frame, then the address to return to.
__attribute__((no_sanitize("address", "thread"))) void follow_frame_pointers(const Registers& at, StackRecord& out) {
  constexpr std::uint64_t kLargestFrame = 8 << 20;
  std::uint64_t floor = at.stack;
  std::uint64_t frame = at.frame;
  while (frame >= floor && frame - floor < kLargestFrame && frame % sizeof(std::uint64_t) == 0) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(frame);
    if (words[1] == 0 || !append(out, words[1] - 1)) return;
    floor = frame + 2 * sizeof(std::uint64_t);
    frame = words[0];
  }
}

template <class Read>
void guarded(const Read& read) {
  sigjmp_buf here;
  if (sigsetjmp(here, 0) == 0) {
    way_back = &here;
    read();
  }
  way_back = nullptr;
}

}  // namespace

void walk_stack(const void* context, StackRecord& out) {
  const Registers at = registers_of(context);
  append(out, at.pc);
  guarded([&] {
    Unwinding unwinding{out, at.pc, false};
    _Unwind_Backtrace(step, &unwinding);
  });
  if (out.frame_count.load(std::memory_order_relaxed) > 1) return;
#if defined(__x86_64__)
  // A call through a bad pointer has pushed where it came from, and nothing else yet.
  guarded([&] { append(out, *reinterpret_cast<const std::uint64_t*>(at.stack) - 1); });
#endif
  guarded([&] { follow_frame_pointers(at, out); });
}

void end_walk_if_it_faulted() {
  if (way_back != nullptr) siglongjmp(*way_back, 1);
}

void prepare_walks() {
  _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_NO_REASON; }, nullptr);
}

}  // namespace status::ipc::control
