// Processor time of the piece of work that this thread is at: how a backend's own work is told from its waiting.
#pragma once

#include <time.h>

#include <chrono>

namespace status {

// Of the calling thread, since it began. About 0.2 µs.
inline std::chrono::nanoseconds thread_cpu_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Around one piece of work of a backend's thread. Does not nest.
class CpuScope {
 public:
  // `before`: what other threads have spent on it already.
  explicit CpuScope(std::chrono::nanoseconds before = {}) : begin_(thread_cpu_time() - before) { current() = this; }
  CpuScope(const CpuScope&) = delete;
  CpuScope& operator=(const CpuScope&) = delete;
  ~CpuScope() { current() = nullptr; }

  // What the work at hand has taken so far; zero outside of any.
  static std::chrono::nanoseconds spent() {
    return current() == nullptr ? std::chrono::nanoseconds(0) : thread_cpu_time() - current()->begin_;
  }

 private:
  static CpuScope*& current() {
    thread_local CpuScope* scope = nullptr;
    return scope;
  }

  const std::chrono::nanoseconds begin_;
};

}  // namespace status
