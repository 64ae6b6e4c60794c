// The thread between the backend and the database: takes what the backend reports, commits it in batches, and only then
// counts it as received. Bounded: when it is full the backend stops and later goes on after the last message that was
// committed.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "services/waku/backend.h"
#include "services/waku/outbox.h"

namespace status::waku {

struct IntakeBatch {
  std::vector<ReceivedMessage> messages;
  std::vector<Outcome> outcomes;
  std::vector<Connection> connections;
  std::vector<std::string> notices;
  std::uint64_t position = 0;  // looked at by the backend, with these messages and those of earlier batches; 0: no news

  bool empty() const {
    return messages.empty() && outcomes.empty() && connections.empty() && notices.empty() && position == 0;
  }
};

class IntakeWork {
 public:
  virtual ~IntakeWork() = default;
  // Commits the batch; called again with the same one, after a while, when it fails. On the intake thread, as the
  // others.
  virtual Status commit(const IntakeBatch& batch) = 0;
  // What came while there was no room may be asked for again.
  virtual void ask_again() = 0;
  virtual void tick() = 0;
  virtual std::optional<MonotonicTime> next_tick() = 0;
};

class Intake final : public BackendEvents, public OutboxObserver {
 public:
  static constexpr std::size_t kMessages = 1024;
  static constexpr std::size_t kBytes = 8 * 1024 * 1024;

  Intake(IntakeWork& work, const Timing& timing) : work_(work), timing_(timing) {}
  ~Intake() override { stop(); }

  void start();
  // Ends after the batch at hand; what is queued behind it is dropped, and replayed by the backend at the next start.
  // Work that was posted is done before it returns.
  void stop();

  // Runs it on the intake thread, ahead of what waits to be committed: for what the backend's thread may not do. At
  // once and here after stop(), when the backend has ended too.
  void post(std::function<void()> job);

  bool on_message(ReceivedMessage message) override;
  void on_propagated(const MessageHash& hash) override;
  void on_propagated_as(const MessageHash& hash, const MessageHash& network_hash) override;
  void on_sent(const MessageHash& hash) override;
  void on_unconfirmed(const MessageHash& hash) override;
  void on_error(const MessageHash& hash, const Error& error) override;
  void on_connection(Connection connection) override;
  void on_position(std::uint64_t position) override;
  void on_notice(const std::string& text) override;
  void on_outcome(Outcome outcome) override;
  void on_attention() override;

 private:
  void run() noexcept;
  bool wait_for_work();
  void commit(const IntakeBatch& batch);
  void run_jobs();

  IntakeWork& work_;
  const Timing timing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  IntakeBatch queue_;                       // under mutex_
  std::size_t bytes_ = 0;                   // of its messages
  std::deque<std::function<void()>> jobs_;  // bounded by the calls that may be under way
  bool refused_ = false;                    // a message was turned away
  bool attention_ = false;                  // next_tick() has changed
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace status::waku
