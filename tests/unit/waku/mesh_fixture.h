// Real mesh nodes in this process, on loopback, with an archive in memory unless a test brings its own.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/waku/mesh/memory_archive.h"
#include "services/waku/mesh/mesh_backend.h"
#include "services/waku/message_codec.h"
#include "tests/unit/host/store_fixture.h"

namespace status::waku::mesh {

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

// The wall clock of a machine whose time is wrong.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(std::chrono::milliseconds shift = {}) : shift_(shift) {}
  MonotonicTime monotonic() const override { return clock_.monotonic(); }
  std::int64_t unix_ms() const override { return clock_.unix_ms() + shift_.count(); }

 private:
  SystemClock clock_;
  std::chrono::milliseconds shift_;
};

inline Config quick_config() {
  Config config;
  config.tick = Milliseconds(20);
  config.reconnect_first = Milliseconds(10);
  config.reconnect_max = Milliseconds(50);
  return config;
}

class TestNode {
 public:
  explicit TestNode(Config config = quick_config(), std::chrono::milliseconds clock_shift = {})
      : TestNode(std::move(config), clock_shift, nullptr) {}
  TestNode(Config config, std::chrono::milliseconds clock_shift, std::unique_ptr<MessageArchive> archive)
      : clock(clock_shift) {
    if (archive == nullptr) {
      ArchiveId id;
      random.fill(id);
      archive = std::make_unique<MemoryArchive>(id);
    }
    backend = std::make_unique<MeshBackend>(
        MeshBackend::Parts{std::move(config), folder.path(), std::move(archive), clock, random});
  }

  TestNode& start(Resume resume = {{{kTopic, 0}}, 0, {}}) {
    const Result<Started> started = backend->start(events, resume);
    EXPECT_TRUE(started) << started.error().describe();
    return *this;
  }

  BackendInfo info() {
    return *answer_of<BackendInfo>([&](auto done) { backend->info(done); });
  }
  std::string address() { return info().addresses.at(0); }
  std::uint64_t counter(const std::string& name) {
    for (const auto& [key, value] : info().counters) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }
  Result<std::string> connect(const std::string& to) {
    return answer_of<std::string>([&](auto done) { backend->connect(to, done); });
  }
  Result<MessageHash> send(const std::string& payload, bool ephemeral = false) {
    WakuMessage message;
    message.payload = to_bytes(as_bytes(payload));
    message.content_topic = kTopic;
    message.timestamp_ns = clock.unix_ms() * 1'000'000 + ++sent_;
    message.ephemeral = ephemeral;
    return answer_of<MessageHash>([&](auto done) { backend->send(message, done); });
  }
  Result<StorePage> query(const StoreQuery& query, const std::string& peer = "") {
    return answer_of<StorePage>([&](auto done) { backend->store_query(query, peer, done); });
  }
  std::vector<PeerInfo> peers() {
    return *answer_of<std::vector<PeerInfo>>([&](auto done) { backend->peers(done); });
  }

  store::TemporaryFolder folder;
  Recorder events;
  ShiftedClock clock;
  SystemRandom random;
  std::unique_ptr<MeshBackend> backend;  // its thread uses what is above

 private:
  std::int64_t sent_ = 0;
};

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

inline void send_all(TestNode& from, const std::vector<std::string>& payloads) {
  for (const std::string& payload : payloads) ASSERT_TRUE(from.send(payload));
}

// Links `from` to `to` and waits until both see it.
inline void link(TestNode& from, TestNode& to) {
  const Result<std::string> id = from.connect(to.address());
  ASSERT_TRUE(id) << id.error().describe();
  EXPECT_EQ(*id, to.info().id);
  ASSERT_TRUE(to.events.wait_connection(Connection::connected));
}

}  // namespace status::waku::mesh
