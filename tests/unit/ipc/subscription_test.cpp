// A follower of a stream through restarts of the server, resets and its own end.
#include "ipc/client/subscription.h"

#include <condition_variable>
#include <thread>

#include "ipc/stream/event_stream.h"
#include "tests/unit/ipc/stream_harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class Counted final : public ClientObserver {
 public:
  void finished(const FinishedRequest& request) override {
    std::lock_guard lock(mutex_);
    methods_.emplace_back(request.method);
  }
  std::vector<std::string> methods() {
    std::lock_guard lock(mutex_);
    return methods_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> methods_;
};

class SubscriptionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    memory_.resize(64 << 10);
    start();
    ClientOptions options = client_options(dir_.url());
    options.connect_patience = 50ms;
    client_ = open_client(options, &counted_);
    ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  }
  void TearDown() override {
    client_.reset();
    stop();
  }

  void start() {
    server_ = std::make_unique<Server>(server_options(dir_), std::make_shared<OpenAccess>());
    stream_ = std::make_unique<EventStream>(*server_, "echo.events.next", clock_, random_, memory_);
    ASSERT_TRUE(server_->listen());
  }
  void stop() {
    stream_.reset();
    server_.reset();
  }
  void publish() { stream_->publish("echo.tick", event_data(++published_)); }

  // Collects what arrives and goes on at once.
  std::unique_ptr<Subscription> follow(SubscriptionOptions options) {
    options.method = "echo.events.next";
    return std::make_unique<Subscription>(
        *client_, std::move(options),
        [this](api::StreamReply page, Subscription::Resume resume) {
          {
            std::lock_guard lock(mutex_);
            for (const api::StreamEvent& event : page.events) seen_.push_back(event.data.uint_or("n", 0));
            resets_ += page.reset ? 1 : 0;
          }
          resume();
        },
        [this](const Error& error) {
          std::lock_guard lock(mutex_);
          errors_.push_back(error);
        });
  }
  std::size_t seen() {
    std::lock_guard lock(mutex_);
    return seen_.size();
  }
  std::size_t errors() {
    std::lock_guard lock(mutex_);
    return errors_.size();
  }
  void expect_one_to(std::uint64_t last) {
    ASSERT_TRUE(eventually([&] { return seen() >= last; }));
    std::lock_guard lock(mutex_);
    ASSERT_EQ(seen_.size(), last);
    for (std::uint64_t n = 1; n <= last; ++n) ASSERT_EQ(seen_[n - 1], n);
  }

  SocketDir dir_;
  FakeClock clock_;
  SeededRandom random_{5};
  std::vector<std::uint8_t> memory_;
  std::uint64_t published_ = 0;
  std::unique_ptr<Server> server_;
  std::unique_ptr<EventStream> stream_;
  Counted counted_;
  std::unique_ptr<Client> client_;

  std::mutex mutex_;
  std::vector<std::uint64_t> seen_;
  std::vector<Error> errors_;
  int resets_ = 0;
};

TEST_F(SubscriptionTest, GetsWhatWasThereAndWhatComes) {
  for (int i = 0; i < 250; ++i) publish();
  const auto subscription = follow({.cursor = "0", .max = 100});
  expect_one_to(250);
  for (int i = 0; i < 50; ++i) publish();
  expect_one_to(300);
  EXPECT_EQ(errors(), 0U);
}

TEST_F(SubscriptionTest, PollsAreNobodysLatency) {
  server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  auto subscription = follow({.cursor = "0"});
  publish();
  expect_one_to(1);
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 1; }));
  subscription.reset();
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
  // The pages and the cancelled poll before it were not reported.
  EXPECT_EQ(counted_.methods(), std::vector<std::string>{"echo.say"});
}

TEST_F(SubscriptionTest, EmptyPagesAreNotShown) {
  const auto subscription = follow({.cursor = "0", .wait_ms = 1});
  publish();
  expect_one_to(1);
}

TEST_F(SubscriptionTest, GoesOnOverRestartsOfTheServer) {
  const auto subscription = follow({.cursor = "0"});
  std::uint64_t total = 0;
  for (int restart = 0; restart < 4; ++restart) {
    for (int i = 0; i < 10; ++i) publish();
    expect_one_to(total += 10);
    const std::size_t before = errors();
    stop();
    ASSERT_TRUE(eventually([&] { return errors() > before; }));
    start();
  }
  publish();
  expect_one_to(total + 1);
  std::lock_guard lock(mutex_);
  EXPECT_EQ(resets_, 0);
  for (const Error& error : errors_) EXPECT_EQ(error.code, Code::unavailable) << error.describe();
}

TEST_F(SubscriptionTest, IsToldOfAReset) {
  const auto subscription = follow({.cursor = "0"});
  publish();
  expect_one_to(1);
  stop();
  std::fill(memory_.begin(), memory_.end(), std::uint8_t{0});
  start();
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex_);
    return resets_ == 1;
  }));
  publish();
  expect_one_to(2);
}

TEST_F(SubscriptionTest, WaitsForResume) {
  std::promise<Subscription::Resume> first;
  std::atomic<int> pages{0};
  const Subscription subscription(*client_, {.method = "echo.events.next", .cursor = "0"},
                                  [&](const api::StreamReply& page, Subscription::Resume resume) {
                                    EXPECT_EQ(page.events.size(), 1U);
                                    ++pages == 1 ? first.set_value(std::move(resume)) : resume();
                                  });
  publish();
  Subscription::Resume resume = first.get_future().get();
  publish();
  EXPECT_TRUE(client_->call_and_wait(poll_request({})));  // time for a poll to pass, if there were one
  EXPECT_EQ(stream_->parked(), 0U);
  EXPECT_EQ(pages, 1);
  std::thread(resume).join();  // any thread
  EXPECT_TRUE(eventually([&] { return pages == 2; }));
}

TEST_F(SubscriptionTest, StopsAtOnceWhileItsPollIsParked) {
  auto subscription = follow({.wait_ms = 30'000});
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  subscription.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(SubscriptionTest, StopsWhileItsCallbackWaitsToResume) {
  std::promise<Subscription::Resume> held;
  auto subscription = std::make_unique<Subscription>(
      *client_, SubscriptionOptions{.method = "echo.events.next", .cursor = "0"},
      [&](const api::StreamReply&, Subscription::Resume resume) { held.set_value(std::move(resume)); });
  publish();
  const Subscription::Resume resume = held.get_future().get();
  subscription.reset();
  resume();  // too late, and harmless
}

TEST_F(SubscriptionTest, StopsInTheMiddleOfEverything) {
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    while (!done) publish();
  });
  for (int i = 0; i < 100; ++i) {
    const auto subscription = follow({.cursor = "0", .max = 10});
    const std::size_t before = seen();
    ASSERT_TRUE(eventually([&] { return seen() > before; }));
  }
  done = true;
  publisher.join();
}

TEST_F(SubscriptionTest, TwoReadersOfOneNameDoNotFightWithoutEnd) {
  const auto mine = follow({.consumer = "one"});
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 1; }));
  const auto theirs = follow({.consumer = "one"});
  ASSERT_TRUE(eventually([&] { return errors() == 1; }));
  {
    std::lock_guard lock(mutex_);
    EXPECT_EQ(errors_[0].reason, "ipc.superseded");
  }
  // The loser waits for a second; that it comes back after 20 ms would show here.
  const auto until = std::chrono::steady_clock::now() + 300ms;
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > until; }));
  EXPECT_EQ(errors(), 1U);
}

}  // namespace
}  // namespace status::ipc
