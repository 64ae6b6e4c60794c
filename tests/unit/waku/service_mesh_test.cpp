// The whole module but its process: two services, each over a mesh node with its archive in the same database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>

#include "ipc/api/convert.h"
#include "services/waku/mesh/database_archive.h"
#include "services/waku/mesh/mesh_backend.h"
#include "services/waku/service.h"
#include "tests/unit/host/store_fixture.h"

namespace status::waku {
namespace {

constexpr std::chrono::seconds kPatience{10};
const std::string kTopic = "/test/1/chat/proto";

class Events final : public EventSink {
 public:
  void publish(std::string_view event, Value) override {
    const std::lock_guard lock(mutex_);
    ++counts_[std::string(event)];
    changed_.notify_all();
  }
  void note(const std::string&) override {}
  bool wait(const std::string& event, int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return counts_[event] >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> counts_;
};

class Module {
 public:
  void start() {
    store::DatabaseOptions options;
    options.path = folder_.file("waku.db");
    auto database = store::Database::open(store::test_key(), options);
    ASSERT_TRUE(database) << database.error().describe();
    database_ = std::move(*database);
    const auto migrated =
        store::migrate(*database_, {waku_migration(1), mesh::archive_migration(2), subscription_since_migration(3)});
    ASSERT_TRUE(migrated) << migrated.error().describe();
    auto archive = mesh::DatabaseArchive::open(*database_, random_);
    ASSERT_TRUE(archive) << archive.error().describe();
    mesh::Config config;
    config.tick = std::chrono::milliseconds(50);
    config.position_interval = position_interval;
    config.reconnect_first = std::chrono::milliseconds(10);
    config.reconnect_max = std::chrono::milliseconds(50);
    backend_ = std::make_unique<mesh::MeshBackend>(
        mesh::MeshBackend::Parts{config, folder_.path(), std::move(*archive), clock_, random_});
    auto service = WakuService::open(
        {.database = *database_, .backend = *backend_, .events = events, .clock = clock_, .random = random_});
    ASSERT_TRUE(service) << service.error().describe();
    service_ = std::move(*service);
    service_->messages().on_append([this](std::uint64_t) {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    const Status started = service_->start();
    ASSERT_TRUE(started) << started.error().describe();
  }
  void stop() {
    service_.reset();
    backend_.reset();
    database_.reset();
  }
  WakuService& service() { return *service_; }

  bool wait_logged(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return *service_->messages().last() >= count; });
  }
  std::vector<std::string> logged() {
    std::vector<std::string> out;
    const auto page = service_->messages().read({}, 10'000);
    for (const store::LogEntry& entry : page->entries) {
      out.emplace_back(as_text(api::decode<MessageView>(entry.data, api::Mode::strict)->payload));
    }
    return out;
  }
  std::string connect(const std::string& address) {
    std::promise<Result<Connect::Reply>> answer;
    service_->connect({address}, {"statusctl", ""}, [&](auto result) { answer.set_value(std::move(result)); });
    const Result<Connect::Reply> reply = answer.get_future().get();
    return reply ? reply->peer : reply.error().describe();
  }

  // Up to where a start would not look again.
  std::uint64_t position() {
    Result<store::Transaction> tx = database_->read();
    return *tables::position(*tx);
  }

  Events events;
  std::chrono::milliseconds position_interval = std::chrono::hours(1);

 private:
  store::TemporaryFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<mesh::MeshBackend> backend_;
  std::unique_ptr<WakuService> service_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

void send(Module& from, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    const std::string text = std::to_string(i);
    ASSERT_TRUE(from.service().send({kTopic, to_bytes(as_bytes(text)), false}, {"chat", ""}));
  }
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(std::to_string(i));
  return out;
}

TEST(WakuModule, MessagesReachTheOtherLogOnceAndInOrderAcrossRestartsOfEither) {
  Module a, b;
  a.start();
  b.start();
  ASSERT_TRUE(b.service().subscribe({{kTopic}}, {"chat", ""}));
  const Info::Reply there = *b.service().info();
  EXPECT_EQ(a.connect(there.addresses.at(0)), there.id);

  send(a, 0, 40);
  ASSERT_TRUE(b.wait_logged(10));
  b.stop();
  send(a, 40, 40);
  b.start();
  ASSERT_TRUE(b.wait_logged(60));
  a.stop();
  a.start();
  send(a, 80, 20);
  ASSERT_TRUE(b.wait_logged(100));
  EXPECT_THAT(b.logged(), ::testing::ElementsAreArray(numbers(100)));
  EXPECT_TRUE(a.events.wait("sent", 20));
}

TEST(WakuModule, WhatWasRelayedBeforeASubscriptionDoesNotComeAfterARestart) {
  Module a, b;
  a.start();
  b.start();
  a.connect(b.service().info()->addresses.at(0));
  send(a, 0, 20);
  ASSERT_TRUE(a.events.wait("sent", 20)) << "stored at b";
  ASSERT_TRUE(b.service().subscribe({{kTopic}}, {"chat", ""}));
  EXPECT_EQ(b.position(), 0U) << "so the next start looks through all of it";
  b.stop();
  b.start();
  send(a, 20, 1);
  ASSERT_TRUE(b.wait_logged(1));
  EXPECT_THAT(b.logged(), ::testing::ElementsAre("20"));
}

TEST(WakuModule, WhatWasRelayedForOthersIsNotReadAgain) {
  Module a, b;
  b.position_interval = std::chrono::milliseconds(0);
  a.start();
  b.start();
  a.connect(b.service().info()->addresses.at(0));
  send(a, 0, 20);
  ASSERT_TRUE(a.events.wait("sent", 20));
  const MonotonicTime limit = SystemClock().monotonic() + kPatience;
  while (b.position() < 20 && SystemClock().monotonic() < limit) {
  }
  EXPECT_EQ(b.position(), 20U);
  b.stop();
  b.start();
  EXPECT_EQ(b.position(), 20U);
  ASSERT_TRUE(b.service().subscribe({{kTopic}}, {"chat", ""}));
  send(a, 20, 1);
  ASSERT_TRUE(b.wait_logged(1));
  EXPECT_THAT(b.logged(), ::testing::ElementsAre("20"));
}

TEST(WakuModule, WhatWasAnsweredBeforeAKillArrivesAfterIt) {
  Module a, b;
  a.start();
  b.start();
  ASSERT_TRUE(b.service().subscribe({{kTopic}}, {"chat", ""}));
  send(a, 0, 5);  // no link yet
  a.stop();
  a.start();
  a.connect(b.service().info()->addresses.at(0));
  ASSERT_TRUE(b.wait_logged(5));
  EXPECT_THAT(b.logged(), ::testing::ElementsAreArray(numbers(5)));
  EXPECT_TRUE(a.events.wait("sent", 5));
}

}  // namespace
}  // namespace status::waku
