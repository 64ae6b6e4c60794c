// Attach backends in this process, each over a fixture node's REST server on loopback.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/waku/attach/attach_backend.h"
#include "tests/support/rest_node.h"
#include "tests/unit/host/store_fixture.h"
#include "tests/unit/waku/recorder.h"

namespace status::waku::attach {

using test::RestNetwork;
using test::RestNode;
using test::RestQuirks;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

inline const std::string kOther = "/test/1/other/proto";

inline Config quick_config(const RestNode& node) {
  Config config;
  config.node = {"127.0.0.1", node.port()};
  config.poll = Milliseconds(10);
  config.fill_in = Milliseconds(3'600'000);  // a test that wants it asks for it
  config.reconnect_first = Milliseconds(10);
  config.reconnect_max = Milliseconds(50);
  config.health_interval = Milliseconds(20);
  config.retry = Milliseconds(20);
  config.confirm = Milliseconds(10);
  return config;
}

inline WakuMessage message(const std::string& payload, std::int64_t timestamp_ns, const std::string& topic = kTopic) {
  WakuMessage out;
  out.payload = to_bytes(as_bytes(payload));
  out.content_topic = topic;
  out.timestamp_ns = timestamp_ns;
  return out;
}

class Attached {
 public:
  explicit Attached(Config config) : config_(std::move(config)) { make(); }

  Result<Started> start(Resume resume) { return backend->start(events, resume); }
  // With one subscription, as of now.
  Attached& start() {
    const Result<Started> started = start(Resume{{{kTopic, now()}}, 0, {}, {}});
    EXPECT_TRUE(started) << started.error().describe();
    return *this;
  }
  // What the next process would do, with what this one's service had committed.
  Result<Started> restart(Resume resume) {
    backend.reset();
    make();
    return start(std::move(resume));
  }

  std::uint64_t now() const { return static_cast<std::uint64_t>(clock.unix_ms()) * 1'000'000; }
  WakuMessage text(const std::string& payload) { return message(payload, static_cast<std::int64_t>(now()) + ++sent_); }
  Result<MessageHash> send(const WakuMessage& sent) {
    return answer_of<MessageHash>([&](auto done) { backend->send(sent, done); });
  }
  Status subscribe(const std::string& topic) {
    return answer_of<void>([&](auto done) { backend->subscribe({topic}, done); });
  }
  Status unsubscribe(const std::string& topic) {
    return answer_of<void>([&](auto done) { backend->unsubscribe({topic}, done); });
  }
  std::uint64_t head() {
    return *answer_of<std::uint64_t>([&](auto done) { backend->head(done); });
  }
  BackendInfo info() {
    return *answer_of<BackendInfo>([&](auto done) { backend->info(done); });
  }
  std::uint64_t counter(const std::string& name) {
    for (const auto& [key, value] : info().counters) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }
  std::uint64_t last_position() {
    std::uint64_t out = 0;
    events.change([&] {
      if (!events.positions.empty()) out = events.positions.back().first;
    });
    return out;
  }

  store::TemporaryFolder folder;
  Recorder events;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<AttachBackend> backend;  // its thread uses what is above

 private:
  void make() {
    backend = std::make_unique<AttachBackend>(AttachBackend::Parts{config_, folder.path(), clock, random});
  }

  Config config_;
  std::int64_t sent_ = 0;
};

inline bool wait_subscribed(RestNode& node, const std::string& name) {
  return eventually([&] { return node.subscriptions().contains(name); });
}

}  // namespace status::waku::attach
