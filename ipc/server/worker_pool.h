// A bounded queue and a few threads. Waking more than two workers costs throughput (TRANSPORT.md section 1.7), so a
// pool is small.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace status::ipc {

class WorkerPool {
 public:
  using Job = std::function<void()>;

  WorkerPool(unsigned workers, std::size_t capacity);
  ~WorkerPool() { stop(); }

  // Jobs that wait are dropped (their calls answer for themselves); running ones are waited for. Later jobs are
  // refused. One thread, may be repeated.
  void stop();

  // False when the queue is full or the pool is closing. Any thread; never blocks.
  bool post(Job& job);
  // Waits until nothing is queued or running, or until `deadline`; true when idle.
  bool wait_idle(std::chrono::steady_clock::time_point deadline);

  std::size_t queued() const;
  std::size_t running() const;
  std::size_t capacity() const { return capacity_; }

 private:
  void run();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<Job> queue_;
  std::size_t running_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace status::ipc
