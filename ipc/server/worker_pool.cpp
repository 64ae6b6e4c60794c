#include "ipc/server/worker_pool.h"

#include <pthread.h>

#include "ipc/control/crash_handler.h"

namespace status::ipc {

WorkerPool::WorkerPool(unsigned workers, std::size_t capacity) : capacity_(capacity) {
  threads_.reserve(workers);
  for (unsigned i = 0; i < workers; ++i) threads_.emplace_back([this] { run(); });
}

void WorkerPool::stop() {
  std::deque<Job> dropped;
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    dropped.swap(queue_);
  }
  work_.notify_all();
  dropped.clear();
  for (std::thread& thread : threads_) thread.join();
  std::lock_guard lock(mutex_);
  threads_.clear();
}

bool WorkerPool::post(Job& job) {
  {
    std::lock_guard lock(mutex_);
    if (closing_ || queue_.size() + running_ >= capacity_ + threads_.size()) return false;
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
  return true;
}

bool WorkerPool::wait_idle(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return queue_.empty() && running_ == 0; });
}

std::size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t WorkerPool::running() const {
  std::lock_guard lock(mutex_);
  return running_;
}

void WorkerPool::run() {
  ::pthread_setname_np(::pthread_self(), "worker");
  const control::AlternateStack for_signals;
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    job();
    job = nullptr;  // what the job owns goes before it counts as done
    lock.lock();
    --running_;
    if (queue_.empty() && running_ == 0) idle_.notify_all();
  }
}

}  // namespace status::ipc
