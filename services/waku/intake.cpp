#include "services/waku/intake.h"

#include <pthread.h>

#include <utility>

namespace status::waku {

void Intake::start() {
  thread_ = std::thread([this] { run(); });
}

void Intake::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  run_jobs();
}

void Intake::post(std::function<void()> job) {
  {
    std::unique_lock lock(mutex_);
    if (stopping_) {  // nobody comes for it any more
      lock.unlock();
      return job();
    }
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void Intake::run_jobs() {
  std::deque<std::function<void()>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs = std::exchange(jobs_, {});
  }
  for (const std::function<void()>& job : jobs) job();
}

bool Intake::on_message(ReceivedMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.messages.size() >= kMessages || bytes_ >= kBytes) {
      refused_ |= message.position != 0;
      return false;
    }
    bytes_ += message.message.payload.size();
    queue_.messages.push_back(std::move(message));
  }
  changed_.notify_all();
  return true;
}

void Intake::on_outcome(Outcome outcome) {
  {
    const std::lock_guard lock(mutex_);
    queue_.outcomes.push_back(std::move(outcome));  // bounded by the outbox: at most three of each message
  }
  changed_.notify_all();
}

void Intake::on_propagated(const MessageHash& hash) { on_outcome({Outcome::Kind::propagated, hash, {}, {}}); }
void Intake::on_propagated_as(const MessageHash& hash, const MessageHash& network_hash) {
  on_outcome({Outcome::Kind::propagated, hash, {}, network_hash});
}
void Intake::on_sent(const MessageHash& hash) { on_outcome({Outcome::Kind::sent, hash, {}, {}}); }
void Intake::on_unconfirmed(const MessageHash& hash) { on_outcome({Outcome::Kind::unconfirmed, hash, {}, {}}); }
void Intake::on_error(const MessageHash& hash, const Error& error) {
  on_outcome({Outcome::Kind::failed, hash, error, {}});
}

void Intake::on_connection(Connection connection) {
  {
    const std::lock_guard lock(mutex_);
    queue_.connections = {connection};  // only the latest matters
  }
  changed_.notify_all();
}

void Intake::on_position(std::uint64_t position) {
  {
    const std::lock_guard lock(mutex_);
    queue_.position = position;
  }
  changed_.notify_all();
}

void Intake::on_notice(const std::string& text) {
  constexpr std::size_t kNotices = 256;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.notices.size() < kNotices) queue_.notices.push_back(text);
  }
  changed_.notify_all();
}

void Intake::on_attention() {
  {
    const std::lock_guard lock(mutex_);
    attention_ = true;
  }
  changed_.notify_all();
}

// An exception (no memory) ends the process: the supervisor starts it again, and nothing committed is lost.
void Intake::run() noexcept {
  ::pthread_setname_np(::pthread_self(), "waku-intake");
  while (wait_for_work()) {
    run_jobs();
    IntakeBatch batch;
    {
      const std::lock_guard lock(mutex_);
      batch = std::exchange(queue_, {});
      bytes_ = 0;
    }
    if (!batch.empty()) commit(batch);
    work_.tick();
    bool ask = false;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.messages.empty()) ask = std::exchange(refused_, false);
    }
    if (ask) work_.ask_again();
  }
}

// False at the end.
bool Intake::wait_for_work() {
  while (true) {
    const std::optional<MonotonicTime> tick = work_.next_tick();
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return stopping_ || attention_ || refused_ || !jobs_.empty() || !queue_.empty(); };
    const bool woken = tick ? changed_.wait_until(lock, *tick, ready) : (changed_.wait(lock, ready), true);
    if (stopping_) return false;
    attention_ = false;
    if (!woken || refused_ || !jobs_.empty() || !queue_.empty()) return true;
  }
}

void Intake::commit(const IntakeBatch& batch) {
  while (!work_.commit(batch)) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timing_.retry, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    lock.unlock();
    run_jobs();
  }
}

}  // namespace status::waku
