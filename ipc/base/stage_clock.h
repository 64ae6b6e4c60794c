// Charges time to the stages of the call that this thread is working on (ARCHITECTURE.md section 7), without a line of
// code in the service: the server installs a StageScope around a handler; the executor, the database, the backends and
// the client charge what they take. What nobody charges is the handler's own.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "ipc/base/clock.h"

namespace status {

// `queue` beside the server's own: a handler that waits for its turn on an executor.
enum class Stage : std::uint8_t { queue, persist, backend, other };

// What one call has spent outside of its handler's code. Any thread.
class StageTotals {
 public:
  void charge(Stage stage, std::uint64_t ns) { at(stage).fetch_add(ns, std::memory_order_relaxed); }
  std::uint64_t of(Stage stage) const { return at(stage).load(std::memory_order_relaxed); }
  std::uint64_t all() const { return of(Stage::queue) + of(Stage::persist) + of(Stage::backend) + of(Stage::other); }

  // The handler's thread has gone on to something else, and the answer comes later.
  void leave(std::uint64_t now_ns) { left_ns_.store(now_ns, std::memory_order_release); }
  // 0: it is still at it.
  std::uint64_t left_ns() const { return left_ns_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t>& at(Stage stage) { return ns_[static_cast<std::size_t>(stage)]; }
  const std::atomic<std::uint64_t>& at(Stage stage) const { return ns_[static_cast<std::size_t>(stage)]; }

  std::array<std::atomic<std::uint64_t>, 4> ns_{};
  std::atomic<std::uint64_t> left_ns_{0};
};

class StageTimer;

// Makes `totals` the current thread's for its lifetime. Scopes nest.
class StageScope {
 public:
  explicit StageScope(StageTotals& totals) : outer_(here()) { here() = {&totals, nullptr}; }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;
  ~StageScope() { here() = outer_; }

  // Null outside of any call.
  static StageTotals* current() { return here().totals; }

 private:
  friend class StageTimer;
  struct Place {
    StageTotals* totals = nullptr;
    StageTimer* timer = nullptr;  // the innermost that runs
  };
  static Place& here() {
    thread_local Place place;
    return place;
  }

  Place outer_;
};

// Charges its own lifetime to one stage of the current call, if there is one. Timers nest: while an inner one runs the
// outer one stands still, so that no moment is charged twice.
class StageTimer {
 public:
  explicit StageTimer(Stage stage) : totals_(StageScope::current()), stage_(stage) {
    if (totals_ == nullptr) return;
    begin_ns_ = monotonic_ns();
    StageScope::Place& here = StageScope::here();
    outer_ = here.timer;
    here.timer = this;
    if (outer_ != nullptr) outer_->pause(begin_ns_);
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;
  ~StageTimer() {
    if (totals_ == nullptr) return;
    const std::uint64_t now = monotonic_ns();
    pause(now);
    StageScope::here().timer = outer_;
    if (outer_ != nullptr) outer_->begin_ns_ = now;
  }

 private:
  void pause(std::uint64_t now_ns) { totals_->charge(stage_, now_ns - begin_ns_); }

  StageTotals* totals_;
  Stage stage_;
  std::uint64_t begin_ns_ = 0;
  StageTimer* outer_ = nullptr;
};

}  // namespace status
