// A waku service over a backend that the test plays.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <thread>

#include "ipc/api/convert.h"
#include "services/waku/service.h"
#include "services/waku/views.h"
#include "tests/support/openrpc_check.h"
#include "tests/unit/host/store_fixture.h"

namespace status::waku {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

inline constexpr std::chrono::seconds kPatience{10};
inline const std::string kTopic = "/test/1/chat/proto";
inline const std::string kOther = "/test/1/other/proto";

class Watched {
 public:
  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

 protected:
  template <class Change>
  auto note(Change change) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return change();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

class FakeBackend final : public Backend, public Watched {
 public:
  Result<Started> start(BackendEvents& to, const Resume& from) override {
    events = &to;
    resume_from = from;
    Started started;
    for (const MessageHash& hash : from.own) {
      if (!kept.contains(hash)) started.missing.push_back(hash);
    }
    return started;
  }
  void stop() override {}
  void head(Done<std::uint64_t> done) override { done(newest); }
  void subscribe(std::vector<std::string> topics, Done<void> done) override {
    subscribed.insert(topics.begin(), topics.end());
    done({});
  }
  void unsubscribe(std::vector<std::string> topics, Done<void> done) override {
    for (const std::string& topic : topics) subscribed.erase(topic);
    done({});
  }
  void resume(std::uint64_t position) override {
    note([&] { resumed.push_back(position); });
  }
  void send(WakuMessage message, Done<MessageHash> done) override {
    const MessageHash hash = message_hash("/waku/2/rs/16/0", message);
    const std::optional<Error> error = note([&]() -> std::optional<Error> {
      sent.push_back(message);
      return refusal;
    });
    error ? done(fail(*error)) : done(hash);
  }
  void store_query(StoreQuery query, std::string peer, Done<StorePage> done) override {
    last_query = query;
    last_peer = peer;
    StorePage page;
    page.messages.push_back({MessageHash{1}, "/waku/2/rs/16/0", {}});
    page.cursor = MessageHash{1};
    done(page);
  }
  void peers(Done<std::vector<PeerInfo>> done) override { done(std::vector<PeerInfo>{{.id = "ab", .address = "h:1"}}); }
  void connect(std::string address, Done<std::string> done) override {
    note([&] { dialled.push_back(address); });
    if (address == "bad:1") return done(fail(Code::unavailable, "waku.peer_unreachable", "no"));
    done(std::string(64, 'a'));
  }
  void disconnect(std::string, Done<void> done) override {
    note([&] { ++disconnects; });
    done({});
  }
  void info(Done<BackendInfo> done) override {
    BackendInfo info;
    info.backend = "mesh";
    info.max_message_bytes = 1000;
    info.counters = {{"dials", 3}};
    done(info);
  }

  BackendEvents* events = nullptr;
  Resume resume_from;
  std::uint64_t newest = 0;
  std::set<std::string> subscribed;
  std::vector<std::uint64_t> resumed;
  std::vector<WakuMessage> sent;
  std::optional<Error> refusal;
  std::set<MessageHash> kept;  // what it has of the process before
  std::vector<std::string> dialled;
  int disconnects = 0;
  StoreQuery last_query;
  std::string last_peer;
};

class Events final : public EventSink, public Watched {
 public:
  void publish(std::string_view event, Value data) override {
    note([&] { seen.emplace_back(event, std::move(data)); });
  }
  void note(const std::string& text) override {
    Watched::note([&] { notes.push_back(text); });
  }
  bool wait_count(std::size_t count) {
    return wait([&] { return seen.size() >= count; });
  }
  template <class E>
  E data(std::size_t index) {
    return *api::from_value<E>(seen.at(index).second, api::Mode::strict);
  }
  std::vector<std::pair<std::string, Value>> seen;
  std::vector<std::string> notes;

 private:
  using Watched::note;
};

// The store asks the disk once a second by its clock; both may be changed while the intake thread runs.
class Disk final : public store::DiskSpace, public Clock {
 public:
  Result<std::uint64_t> free_bytes(const std::string&) override { return full ? 0 : std::uint64_t{1} << 40; }
  MonotonicTime monotonic() const override { return SystemClock().monotonic() + std::chrono::seconds(shift); }
  std::int64_t unix_ms() const override { return SystemClock().unix_ms() + milliseconds(jumped.load()).count(); }
  void jump(std::chrono::hours step) { jumped = jumped.load() + step; }
  void set_full(bool now) {
    full = now;
    shift += 2;
  }

 private:
  std::atomic<bool> full = false;
  std::atomic<int> shift = 0;
  std::atomic<std::chrono::hours> jumped{std::chrono::hours(0)};
};

// The service's clock: real but for what the wall clock jumps.
class WallClock final : public Clock {
 public:
  MonotonicTime monotonic() const override { return SystemClock().monotonic(); }
  std::int64_t unix_ms() const override { return SystemClock().unix_ms() + jumped_ms_; }
  void jump(milliseconds step) { jumped_ms_ += step.count(); }

 private:
  std::atomic<std::int64_t> jumped_ms_ = 0;
};

class WakuServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  // What a new process would do.
  void start() {
    store::DatabaseOptions options;
    options.path = folder_.file("waku.db");
    options.clock = &disk_;
    options.disk = &disk_;
    options.commits = &commits_;
    auto database = store::Database::open(store::test_key(), options);
    ASSERT_TRUE(database) << database.error().describe();
    database_ = std::move(*database);
    const auto migrated =
        store::migrate(*database_, {waku_migration(1), subscription_since_migration(2), position_backend_migration(3)});
    ASSERT_TRUE(migrated) << migrated.error().describe();
    backend_ = std::make_unique<FakeBackend>();
    backend_->kept = kept_;
    events_ = std::make_unique<Events>();
    auto service = WakuService::open({.database = *database_,
                                      .backend = *backend_,
                                      .events = *events_,
                                      .clock = clock_,
                                      .random = random_,
                                      .generation = 5,
                                      .custody = metrics::CustodyLog(registry_, "waku"),
                                      .timing = timing_});
    ASSERT_TRUE(service) << service.error().describe();
    service_ = std::move(*service);
    const Status started = service_->start();
    ASSERT_TRUE(started) << started.error().describe();
  }
  void stop() {
    service_.reset();
    database_.reset();
  }
  void restart() {
    stop();
    start();
  }

  Result<Send::Reply> send(const std::string& payload, const Caller& caller = {"chat", ""}, bool ephemeral = false) {
    return service_->send({kTopic, to_bytes(as_bytes(payload)), ephemeral}, caller);
  }
  static MessageHash hash_of(const Send::Reply& reply) { return *hash_from_bytes(reply.message_hash.view()); }

  ReceivedMessage message(std::uint64_t position) {
    ReceivedMessage out;
    out.message.content_topic = kTopic;
    out.message.payload = to_bytes(as_bytes(std::to_string(position)));
    out.pubsub_topic = "/waku/2/rs/16/0";
    out.hash = message_hash(out.pubsub_topic, out.message);
    out.position = position;
    return out;
  }
  // Payloads in the log, in order, once there are `count`.
  std::vector<std::string> logged(std::size_t count) {
    std::vector<std::string> out;
    const MonotonicTime limit = SystemClock().monotonic() + kPatience;
    while (out.size() < count && SystemClock().monotonic() < limit) {
      out.clear();
      const auto page = service_->messages().read({}, 10'000);
      for (const store::LogEntry& entry : page->entries) {
        EXPECT_EQ(entry.topic, "waku.message_received");
        EXPECT_EQ(entry.generation, 5U);
        out.emplace_back(as_text(api::decode<MessageView>(entry.data, api::Mode::strict)->payload));
      }
    }
    return out;
  }

  Result<Connect::Reply> connect(const std::string& address, const Caller& caller = {"chat", ""}) {
    std::promise<Result<Connect::Reply>> answer;
    service_->connect({address}, caller, [&](auto result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }
  Result<StoreQueryMethod::Reply> store_query(const StoreQueryMethod::Request& request) {
    std::promise<Result<StoreQueryMethod::Reply>> answer;
    service_->store_query(request, [&](auto result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  // So many messages have come by this step.
  double passed(const std::string& step) {
    double out = 0;
    for (const metrics::Family& family : registry_.collect()) {
      if (family.name != "status_custody_steps_total") continue;
      for (const metrics::Sample& sample : family.samples) {
        if (sample.labels == metrics::Labels{{"step", step}}) out = sample.value;
      }
    }
    return out;
  }

  store::TemporaryFolder folder_;
  metrics::Registry registry_;
  std::set<MessageHash> kept_;  // by the next backend
  Timing timing_{milliseconds(20), milliseconds(200), milliseconds(100'000)};
  Disk disk_;
  store::CommitLog commits_;
  WallClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<FakeBackend> backend_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<WakuService> service_;
};

}  // namespace status::waku
