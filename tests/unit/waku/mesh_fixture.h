// Real mesh nodes in this process, on loopback, with an archive in memory unless a test brings its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/waku/mesh/memory_archive.h"
#include "services/waku/mesh/mesh_backend.h"
#include "services/waku/message_codec.h"
#include "tests/unit/host/store_fixture.h"
#include "tests/unit/waku/recorder.h"

namespace status::waku::mesh {

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
