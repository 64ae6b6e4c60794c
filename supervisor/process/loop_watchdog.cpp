#include "supervisor/process/loop_watchdog.h"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace status::supervisor {
namespace {

constexpr int kMaxFrames = 64;

// A handler has no argument of its own: this is the one thing that it can reach.
std::atomic<int> ticks_without_beat{0};
static_assert(std::atomic<int>::is_always_lock_free);

// Only what signal-safety(7) allows; backtrace() too, once libgcc is loaded.
void on_tick(int, siginfo_t* info, void*) {
  if (info->si_code != SI_TIMER) return;
  if (info->si_overrun > 0) {
    ticks_without_beat = 0;
    return;
  }
  // One more than fit into the limit: the first may come right after the beat.
  if (++ticks_without_beat <= LoopWatchdog::kTicks) return;
  constexpr std::string_view kWord =
      "statusd: its loop stands still: it ends itself, to be started again. It was at:\n";
  (void)!::write(STDERR_FILENO, kWord.data(), kWord.size());
  std::array<void*, kMaxFrames> frames;
  ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), kMaxFrames), STDERR_FILENO);
  std::abort();
}

timespec to_timespec(std::chrono::nanoseconds span) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {.tv_sec = span.count() / kSecond, .tv_nsec = span.count() % kSecond};
}

}  // namespace

LoopWatchdog::~LoopWatchdog() { stop(); }

void LoopWatchdog::stop() {
  if (std::exchange(running_, false)) ::timer_delete(timer_);
}

Status LoopWatchdog::start(std::chrono::milliseconds limit) {
  std::array<void*, 1> frame;
  ::backtrace(frame.data(), 1);  // loads libgcc
  ticks_without_beat = 0;
  struct sigaction action {};
  action.sa_sigaction = on_tick;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  const timespec tick = to_timespec(limit / kTicks);
  const itimerspec often{.it_interval = tick, .it_value = tick};
  if (::sigaction(SIGALRM, &action, nullptr) != 0 || ::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) {
    return fail(errno_error(errno, "the watchdog's timer"));
  }
  running_ = true;
  if (::timer_settime(timer_, 0, &often, nullptr) != 0) return fail(errno_error(errno, "the watchdog's timer"));
  return {};
}

void LoopWatchdog::beat() { ticks_without_beat = 0; }

}  // namespace status::supervisor
