#include "ipc/server/housekeeper.h"

#include "ipc/base/clock.h"

namespace status::ipc {
namespace {
constexpr std::size_t kCapacity = 64;
}

Housekeeper::Housekeeper(std::chrono::milliseconds period, Job periodic)
    : periodic_(std::move(periodic)), thread_([this, period] { run(period); }) {}

void Housekeeper::stop() {
  std::deque<Job> dropped;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    dropped.swap(jobs_);
  }
  wake_.notify_one();
  dropped.clear();
  if (thread_.joinable()) thread_.join();
}

bool Housekeeper::post(Job& job) {
  {
    std::lock_guard lock(mutex_);
    if (stop_ || jobs_.size() >= kCapacity) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::chrono::milliseconds Housekeeper::busy_for() {
  const std::uint64_t since = busy_since_ns_.load();
  return stall_.look(since, monotonic_ns());
}

void Housekeeper::run(std::chrono::milliseconds period) {
  auto next = std::chrono::steady_clock::now() + period;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const bool woken = wake_.wait_until(lock, next, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    Job job;
    if (woken) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    lock.unlock();
    busy_since_ns_ = monotonic_ns();
    if (job) job();
    if (const auto now = std::chrono::steady_clock::now(); now >= next) {
      periodic_();
      next = now + period;
    }
    job = nullptr;
    busy_since_ns_ = 0;
    lock.lock();
  }
}

}  // namespace status::ipc
