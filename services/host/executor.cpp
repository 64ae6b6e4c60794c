#include "services/host/executor.h"

#include <pthread.h>

#include "ipc/control/crash_handler.h"
#include "ipc/wire/method_scope.h"
#include "ipc/wire/trace_scope.h"

namespace status::host {
namespace {

constexpr std::string_view kJob = "job";
constexpr std::string_view kAlarm = "alarm";

std::string_view what_this_thread_is_at() {
  const std::string_view method = ipc::MethodScope::current();
  return method.empty() ? kJob : method;
}

std::uint64_t stamp_of(MonotonicTime time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

}  // namespace

Executor::Turn::Turn(Executor& executor, std::string_view running, std::uint64_t wanted_ns)
    : executor_(executor), running_(running.empty() ? what_this_thread_is_at() : running), wanted_ns_(wanted_ns) {
  {
    const StageTimer queued(Stage::queue);
    executor_.turn_.lock();
  }
  begun_ns_ = monotonic_ns();
  executor_.turn_began_ns_.store(begun_ns_, std::memory_order_relaxed);
}

Executor::Turn::~Turn() {
  executor_.arm();
  executor_.turn_began_ns_.store(0, std::memory_order_relaxed);
  executor_.turn_.unlock();
  if (executor_.observer_ == nullptr) return;
  const std::uint64_t waited = begun_ns_ > wanted_ns_ ? begun_ns_ - wanted_ns_ : 0;
  executor_.observer_->turn(running_, std::chrono::nanoseconds(waited),
                            std::chrono::nanoseconds(monotonic_ns() - begun_ns_));
}

Executor::Executor(Job on_alarm, std::function<std::optional<MonotonicTime>()> next_alarm, ExecutorObserver* observer)
    : on_alarm_(std::move(on_alarm)),
      next_alarm_(std::move(next_alarm)),
      observer_(observer),
      thread_([this] { loop(); }) {}

Executor::~Executor() { stop(); }

bool Executor::post(Job job) {
  Posted posted{std::move(job), std::string(what_this_thread_is_at()), monotonic_ns()};
  if (const ipc::Trace* current = ipc::TraceScope::current(); current != nullptr) {
    posted.job = [trace = *current, rest = std::move(posted.job)] {
      const ipc::TraceScope scope(&trace);
      rest();
    };
  }
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    jobs_.push_back(std::move(posted));
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

std::size_t Executor::waiting() const {
  std::lock_guard lock(mutex_);
  return jobs_.size();
}

std::chrono::nanoseconds Executor::busy_for() const {
  const std::uint64_t began = turn_began_ns_.load(std::memory_order_relaxed);
  const std::uint64_t now = monotonic_ns();
  return std::chrono::nanoseconds(began != 0 && began < now ? now - began : 0);
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
    Posted next;
    if (!jobs_.empty()) {
      next = std::move(jobs_.front());
      jobs_.pop_front();
    } else if (alarm_ && *alarm_ <= std::chrono::steady_clock::now()) {
      next = {on_alarm_, std::string(kAlarm), stamp_of(*alarm_)};
      alarm_.reset();
    } else {
      continue;
    }
    lock.unlock();
    {
      const Turn turn(*this, next.running, next.posted_ns);
      const ipc::MethodScope method(next.running == kJob || next.running == kAlarm ? std::string_view() : next.running);
      next.job();
      next.job = nullptr;  // what it holds goes within its turn
    }
    lock.lock();
  }
}

}  // namespace status::host
