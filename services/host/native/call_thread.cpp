#include "services/host/native/call_thread.h"

#include <pthread.h>
#include <unistd.h>

#include "ipc/control/crash_handler.h"

namespace status::host::native {
namespace {

// Between two turns of a library that has nothing to do and does not wait itself.
constexpr std::chrono::milliseconds kPause{1};

}  // namespace

CallThread::CallThread(Work after_call)
    : after_call_(std::move(after_call)), thread_([this](std::stop_token end) { loop(std::move(end)); }) {}

CallThread::~CallThread() {
  thread_.request_stop();
  thread_.join();
}

void CallThread::post(const char* function, std::chrono::milliseconds limit, Work work) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({function, limit, std::move(work)});
  }
  posted_.notify_one();
}

void CallThread::set_turn(Turn turn) {
  const std::lock_guard lock(mutex_);
  turn_ = std::move(turn);
}

std::optional<CallThread::Overdue> CallThread::overdue(MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  if (!at_hand_ || now < at_hand_->begun + at_hand_->limit) return std::nullopt;
  return Overdue{at_hand_->function, std::chrono::duration_cast<std::chrono::milliseconds>(now - at_hand_->begun)};
}

std::optional<MonotonicTime> CallThread::next_limit(MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  if (at_hand_) return at_hand_->begun + at_hand_->limit;
  if (!jobs_.empty()) return now + jobs_.front().limit;
  return std::nullopt;
}

void CallThread::loop(std::stop_token end) {
  ::pthread_setname_np(::pthread_self(), "library calls");
  thread_id_ = ::gettid();
  const ipc::control::AlternateStack for_signals;
  std::unique_lock lock(mutex_);
  while (await_job(lock, end)) {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    at_hand_ = {job.function, std::chrono::steady_clock::now(), job.limit};
    lock.unlock();
    job.work();
    job.work = nullptr;  // what it holds goes on this thread, too
    after_call_();
    lock.lock();
    at_hand_.reset();
  }
}

bool CallThread::await_job(std::unique_lock<std::mutex>& lock, const std::stop_token& end) {
  const auto is_there = [this] { return !jobs_.empty(); };
  if (is_there() || !turn_ || !turn_->wanted()) return posted_.wait(lock, end, is_there) && !end.stop_requested();
  if (!posted_.wait_for(lock, end, kPause, is_there)) jobs_.push_back({turn_->function, turn_->limit, turn_->work});
  return !end.stop_requested();
}

}  // namespace status::host::native
