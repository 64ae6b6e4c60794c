// What a backend reports, as tests of any backend look at it.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ipc/base/clock.h"
#include "services/waku/backend.h"

namespace status::waku {

inline constexpr std::chrono::seconds kPatience{10};  // what a test waits before it fails
inline const std::string kTopic = "/test/1/chat/proto";

// What a backend reports, with a way to wait for it.
class Recorder final : public BackendEvents {
 public:
  bool on_message(ReceivedMessage message) override {
    return note([&] {
      if (messages.size() >= room) return ++refusals, false;
      messages.push_back(std::move(message));
      return true;
    });
  }
  void on_propagated(const MessageHash& hash) override {
    note([&] { return propagated.push_back(hash), true; });
  }
  void on_sent(const MessageHash& hash) override {
    note([&] { return sent.push_back(hash), true; });
  }
  void on_error(const MessageHash& hash, const Error& error) override {
    note([&] { return errors.emplace_back(hash, error), true; });
  }
  void on_connection(Connection now) override {
    note([&] { return connections.push_back(now), true; });
  }
  void on_position(std::uint64_t position) override {
    note([&] { return positions.emplace_back(position, messages.size()), true; });
  }
  void on_notice(const std::string& text) override {
    note([&] { return notices.push_back(text), true; });
  }

  // True once `condition` holds; it is looked at after every event, under the lock.
  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }
  bool wait_messages(std::size_t count) {
    return wait([&] { return messages.size() >= count; });
  }
  bool wait_connection(Connection state) {
    return wait([&] { return !connections.empty() && connections.back() == state; });
  }
  bool wait_notice(const std::string& part) {
    return wait([&] {
      for (const std::string& notice : notices) {
        if (notice.find(part) != std::string::npos) return true;
      }
      return false;
    });
  }
  std::vector<std::string> payloads() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const ReceivedMessage& message : messages) out.emplace_back(as_text(message.message.payload));
    return out;
  }
  template <class Change>
  void change(Change apply) {
    const std::lock_guard lock(mutex_);
    apply();
  }

  std::size_t room = SIZE_MAX;  // messages beyond it are refused
  std::size_t refusals = 0;
  std::vector<ReceivedMessage> messages;
  std::vector<MessageHash> propagated;
  std::vector<MessageHash> sent;
  std::vector<std::pair<MessageHash, Error>> errors;
  std::vector<Connection> connections;
  std::vector<std::pair<std::uint64_t, std::size_t>> positions;  // and how many messages had come before
  std::vector<std::string> notices;

 private:
  template <class Change>
  bool note(Change apply) {
    const std::lock_guard lock(mutex_);
    const bool result = apply();
    changed_.notify_all();
    return result;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
};

// Calls `start` with a Done and waits for its answer.
template <class T>
Result<T> answer_of(const std::function<void(Done<T>)>& start) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> future = promise->get_future();
  start([promise](Result<T> result) { promise->set_value(std::move(result)); });
  if (future.wait_for(kPatience) != std::future_status::ready) {
    return fail(Code::deadline_exceeded, "test.no_answer", "no answer");
  }
  return future.get();
}

// Asks until it is so, for what no event tells.
inline bool eventually(const std::function<bool()>& condition) {
  const MonotonicTime limit = SystemClock().monotonic() + kPatience;
  while (!condition()) {
    if (SystemClock().monotonic() > limit) return false;
  }
  return true;
}

inline std::vector<std::string> numbered(int first, int count) {
  std::vector<std::string> out;
  for (int i = first; i < first + count; ++i) out.push_back("message " + std::to_string(i));
  return out;
}

}  // namespace status::waku
