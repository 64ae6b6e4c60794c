#include "services/host/executor.h"

#include <pthread.h>

#include "ipc/control/crash_handler.h"
#include "ipc/wire/trace_scope.h"

namespace status::host {

Executor::Executor(Job on_alarm, std::function<std::optional<MonotonicTime>()> next_alarm)
    : on_alarm_(std::move(on_alarm)), next_alarm_(std::move(next_alarm)), thread_([this] { loop(); }) {}

Executor::~Executor() { stop(); }

bool Executor::post(Job job) {
  if (const ipc::Trace* current = ipc::TraceScope::current(); current != nullptr) {
    job = [trace = *current, rest = std::move(job)] {
      const ipc::TraceScope scope(&trace);
      rest();
    };
  }
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Executor::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Executor::arm() {
  const std::optional<MonotonicTime> next = next_alarm_();
  std::lock_guard lock(mutex_);
  const bool earlier = next && (!alarm_ || *next < *alarm_);
  alarm_ = next;
  if (earlier) wake_.notify_one();
}

void Executor::loop() {
  ::pthread_setname_np(::pthread_self(), "executor");
  const ipc::control::AlternateStack for_signals;
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const auto ready = [this] { return stopped_ || !jobs_.empty(); };
    if (alarm_) {
      const MonotonicTime until = *alarm_;
      wake_.wait_until(lock, until, [&] { return ready() || !alarm_ || *alarm_ < until; });
    } else {
      wake_.wait(lock, [&] { return ready() || alarm_; });
    }
    if (stopped_) return;
    Job job;
    if (!jobs_.empty()) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
    } else if (alarm_ && *alarm_ <= std::chrono::steady_clock::now()) {
      alarm_.reset();
      job = on_alarm_;
    } else {
      continue;
    }
    lock.unlock();
    run(job);
    lock.lock();
  }
}

}  // namespace status::host
