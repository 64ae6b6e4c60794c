// Charges time to the stages of the call that this thread is working on (ARCHITECTURE.md section 7), without a line of
// code in the service: the server installs a StageScope around a handler; the database, the backend adapters and the
// client charge what they take.
#pragma once

#include <chrono>
#include <cstdint>

namespace status {

enum class Stage : std::uint8_t { persist, backend, other };

struct StageTotals {
  std::uint64_t persist_ns = 0;
  std::uint64_t backend_ns = 0;
  std::uint64_t other_ns = 0;
};

// Makes `totals` the current thread's for its lifetime. Scopes nest.
class StageScope {
 public:
  explicit StageScope(StageTotals& totals) : outer_(current()) { current() = &totals; }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;
  ~StageScope() { current() = outer_; }

  // Null outside of any call.
  static StageTotals*& current() {
    thread_local StageTotals* totals = nullptr;
    return totals;
  }

 private:
  StageTotals* outer_;
};

// Charges its own lifetime to one stage of the current call, if there is one.
class StageTimer {
 public:
  explicit StageTimer(Stage stage) : stage_(stage), begin_(std::chrono::steady_clock::now()) {}
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;
  ~StageTimer() {
    StageTotals* totals = StageScope::current();
    if (totals == nullptr) return;
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin_);
    const auto ns = static_cast<std::uint64_t>(took.count());
    switch (stage_) {
      case Stage::persist:
        totals->persist_ns += ns;
        break;
      case Stage::backend:
        totals->backend_ns += ns;
        break;
      case Stage::other:
        totals->other_ns += ns;
        break;
    }
  }

 private:
  Stage stage_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace status
