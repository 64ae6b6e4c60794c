// Real deaths, each in a process of its own: what the handler leaves behind.
#include "ipc/control/crash_handler.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <latch>
#include <thread>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "ipc/control/crash_area.h"
#include "ipc/control/crash_stacks.h"
#include "ipc/control/loaded_object.h"

namespace status::ipc::control {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// What a victim tells before it dies.
struct Note {
  std::atomic<std::uint64_t> caller;  // address to which the function that dies would have returned
  std::atomic<std::uint32_t> thread;
};

struct Death {
  int status = 0;
  CrashStacks stacks;
  std::vector<CallInFlight> calls;
  std::uint64_t caller = 0;
  std::uint32_t thread = 0;
  std::chrono::steady_clock::duration took{};
};

class CrashHandler : public testing::Test {
 protected:
  CrashHandler() : file_(::memfd_create("crash", MFD_CLOEXEC)) {
    EXPECT_EQ(::ftruncate(file_.get(), kCrashAreaBytes), 0);
    note_ =
        static_cast<Note*>(::mmap(nullptr, sizeof(Note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  }
  ~CrashHandler() override { ::munmap(note_, sizeof(Note)); }

  // `victim` runs in a child with a handler; `killer` here, once the child has said which thread it is about.
  template <class Victim, class Killer>
  Death death_of(const Victim& victim, const Killer& killer) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (!install_crash_handler(file_.get())) ::_exit(99);
      victim();
      ::_exit(98);
    }
    const auto start = std::chrono::steady_clock::now();
    killer(child);
    Death death;
    EXPECT_EQ(::waitpid(child, &death.status, 0), child);
    death.took = std::chrono::steady_clock::now() - start;
    const auto stacks = read_crash_stacks(file_.get());
    EXPECT_TRUE(stacks) << stacks.error().message;
    if (stacks) death.stacks = *stacks;
    death.calls = *read_crash_area(file_.get());
    death.caller = note_->caller;
    death.thread = note_->thread;
    return death;
  }
  template <class Victim>
  Death death_of(const Victim& victim) {
    return death_of(victim, [](pid_t) {});
  }

  // Whether that stack has the call which would have returned to `address`.
  static bool has_call(const CrashStack& stack, std::uint64_t address) {
    ObjectRecord self{};
    if (!find_executable(self)) return false;  // a fork has the same addresses
    return std::any_of(stack.frames.begin(), stack.frames.end(), [&](const CrashFrame& frame) {
      return frame.object == 0U && frame.offset + self.bias == address - 1;
    });
  }

  UniqueFd file_;
  Note* note_;
};

// The functions that die. Nothing may fold them into their callers.
__attribute__((noinline)) void note_caller(Note& note, void* caller) {
  note.caller = reinterpret_cast<std::uint64_t>(caller);
  note.thread = static_cast<std::uint32_t>(::gettid());
}
__attribute__((noinline)) void abort_here(Note& note) {
  note_caller(note, __builtin_return_address(0));
  std::abort();
}
__attribute__((noinline)) void write_to_nowhere(Note& note) {
  note_caller(note, __builtin_return_address(0));
  *reinterpret_cast<volatile int*>(8) = 1;
}
__attribute__((noinline)) void call_nowhere(Note& note) {
  note_caller(note, __builtin_return_address(0));
  void (*volatile nowhere)() = nullptr;
  nowhere();
  std::atomic_signal_fence(std::memory_order_seq_cst);
}
__attribute__((noinline)) int overflow(int depth) {
  volatile char room[4096];
  std::memset(const_cast<char*>(room), depth, sizeof(room));
  return depth < 0 ? 0 : overflow(depth + 1) + room[depth % 4096];
}
__attribute__((noinline)) void ruin_stack(Note& note) {
  note_caller(note, __builtin_return_address(0));
  void* volatile frame = __builtin_frame_address(0);
  std::memset(frame, 0x41, 512);
  *reinterpret_cast<volatile int*>(8) = 1;
}
__attribute__((noinline)) void wait_for_ever(Note& note) {
  note_caller(note, __builtin_return_address(0));
  for (;;) ::pause();
}

TEST_F(CrashHandler, TheThreadThatDiesIsFirstAndTheOthersFollow) {
  const Death death = death_of([this] {
    std::latch ready(2);
    std::thread waiting([&] {
      ::pthread_setname_np(::pthread_self(), "waiting");
      ready.count_down();
      for (;;) ::pause();
    });
    std::thread dying([&] {
      ::pthread_setname_np(::pthread_self(), "dying");
      ready.arrive_and_wait();
      abort_here(*note_);
    });
    dying.join();
  });
  ASSERT_TRUE(WIFSIGNALED(death.status));
  EXPECT_EQ(WTERMSIG(death.status), SIGABRT);
  EXPECT_EQ(death.stacks.signal, SIGABRT);
  ASSERT_EQ(death.stacks.stacks.size(), 3U);
  EXPECT_EQ(death.stacks.thread_count, 3U);
  const CrashStack& first = death.stacks.stacks.front();
  EXPECT_EQ(first.thread, death.thread);
  EXPECT_EQ(first.name, "dying");
  EXPECT_TRUE(has_call(first, death.caller));
  EXPECT_TRUE(std::any_of(death.stacks.stacks.begin(), death.stacks.stacks.end(),
                          [](const CrashStack& stack) { return stack.name == "waiting"; }));
  for (const CrashStack& stack : death.stacks.stacks) {
    EXPECT_TRUE(stack.whole) << stack.name;
    EXPECT_GE(stack.frames.size(), 3U) << stack.name;
  }
}

TEST_F(CrashHandler, AnAbortFromOutsideHasTheWorkerOfTheOldestCallFirst) {
  const Bytes trace(kTraceIdBytes, 0x5a);
  const auto victim = [&] {
    CrashArea area = std::move(*CrashArea::map(file_.get()));
    area.claim("m.queued", {}, 1);  // older, but no thread runs it
    std::latch running(1);
    const auto begin = [&](const char* method, std::uint64_t started) {
      area.runs_on(area.claim(method, trace, started), static_cast<std::uint32_t>(::gettid()));
    };
    Note other{};
    std::thread young([&] {
      begin("m.young", monotonic_ns());
      running.count_down();
      wait_for_ever(other);
    });
    running.wait();
    std::thread old([&] {
      begin("m.old", 2);
      wait_for_ever(*note_);
    });
    old.join();
  };
  const Death death = death_of(victim, [this](pid_t child) {
    while (note_->thread == 0) std::this_thread::yield();
    ::kill(child, SIGABRT);
  });
  ASSERT_TRUE(WIFSIGNALED(death.status));
  EXPECT_EQ(WTERMSIG(death.status), SIGABRT);
  ASSERT_EQ(death.stacks.stacks.size(), 3U);
  EXPECT_EQ(death.stacks.stacks[0].thread, death.thread);
  EXPECT_TRUE(has_call(death.stacks.stacks[0], death.caller));
  const auto call = std::find_if(death.calls.begin(), death.calls.end(),
                                 [&](const CallInFlight& each) { return each.thread == death.thread; });
  ASSERT_NE(call, death.calls.end());
  EXPECT_EQ(call->method, "m.old");
}

TEST_F(CrashHandler, AFaultIsRecordedWithItsAddress) {
  const Death death = death_of([this] { write_to_nowhere(*note_); });
  if (kSanitized) {
    EXPECT_EQ(death.stacks.signal, 0) << "the sanitizer's handler stays";
    return;
  }
  ASSERT_TRUE(WIFSIGNALED(death.status));
  EXPECT_EQ(WTERMSIG(death.status), SIGSEGV);
  EXPECT_EQ(death.stacks.address, 8U);
  EXPECT_GT(death.stacks.code, 0);
  ASSERT_EQ(death.stacks.stacks.size(), 1U);
  EXPECT_TRUE(has_call(death.stacks.stacks[0], death.caller));
}

TEST_F(CrashHandler, ACallThroughANullPointerShowsWhoCalled) {
  if (kSanitized) return;  // AFaultIsRecordedWithItsAddress says who has the signal then
  const Death death = death_of([this] { call_nowhere(*note_); });
  EXPECT_EQ(WTERMSIG(death.status), SIGSEGV);
  ASSERT_EQ(death.stacks.stacks.size(), 1U);
  EXPECT_EQ(death.stacks.stacks[0].frames.front().object, std::nullopt);
  EXPECT_TRUE(has_call(death.stacks.stacks[0], death.caller));
}

TEST_F(CrashHandler, AnOverflowOfTheStackIsRecordedWhereThereIsAnother) {
  if (kSanitized) return;
  const Death death = death_of([this] {
    std::thread deep([this] {
      const AlternateStack stack;
      note_->thread = static_cast<std::uint32_t>(::gettid());
      overflow(0);
    });
    deep.join();
  });
  EXPECT_EQ(WTERMSIG(death.status), SIGSEGV);
  ASSERT_EQ(death.stacks.stacks.size(), 2U);
  EXPECT_EQ(death.stacks.stacks[0].thread, death.thread);
  EXPECT_EQ(death.stacks.stacks[0].frames.size(), kStackFrames);
  EXPECT_TRUE(death.stacks.stacks[0].whole);
}

TEST_F(CrashHandler, ARuinedStackEndsWhereItCannotBeRead) {
  if (kSanitized) return;
  const Death death = death_of([this] { ruin_stack(*note_); });
  ASSERT_TRUE(WIFSIGNALED(death.status));
  EXPECT_EQ(WTERMSIG(death.status), SIGSEGV);
  ASSERT_EQ(death.stacks.stacks.size(), 1U);
  EXPECT_GE(death.stacks.stacks[0].frames.size(), 1U);
}

TEST_F(CrashHandler, AThreadThatTakesNoSignalsIsNotWaitedForLong) {
  const Death death = death_of([this] {
    std::latch ready(1);
    std::thread deaf([&] {
      sigset_t all;
      ::sigfillset(&all);
      ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
      ready.count_down();
      for (;;) ::pause();
    });
    ready.wait();
    abort_here(*note_);
  });
  EXPECT_EQ(WTERMSIG(death.status), SIGABRT);
  ASSERT_EQ(death.stacks.stacks.size(), 2U);
  EXPECT_TRUE(death.stacks.stacks[0].whole);
  EXPECT_FALSE(death.stacks.stacks[1].whole);
  EXPECT_TRUE(death.stacks.stacks[1].frames.empty());
  EXPECT_LT(death.took, std::chrono::seconds(10));
}

TEST_F(CrashHandler, WorksWhereTheProcessIsNotDumpable) {
  const Death death = death_of([this] {
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (!install_crash_handler(file_.get())) ::_exit(97);
    std::latch ready(1);
    std::thread other([&] {
      ready.count_down();
      for (;;) ::pause();
    });
    ready.wait();
    abort_here(*note_);
  });
  EXPECT_EQ(WTERMSIG(death.status), SIGABRT);
  EXPECT_EQ(death.stacks.stacks.size(), 2U);
  EXPECT_EQ(death.stacks.objects.front().path, std::string(std::filesystem::read_symlink("/proc/self/exe")));
}

TEST_F(CrashHandler, TheExecutableAndItsBuildAreThereBeforeAnythingHappens) {
  const Death death = death_of([] { ::kill(::getpid(), SIGKILL); });
  EXPECT_EQ(death.stacks.signal, 0);
  ASSERT_EQ(death.stacks.objects.size(), 1U);
  EXPECT_EQ(death.stacks.objects[0].build_id.size(), 2 * kMaxBuildIdBytes);
}

TEST_F(CrashHandler, NeedsAFileOfTheRightSize) {
  const UniqueFd small(::memfd_create("crash", MFD_CLOEXEC));
  EXPECT_EQ(install_crash_handler(small.get()).error().reason, "control.crash_area");
}

}  // namespace
}  // namespace status::ipc::control
