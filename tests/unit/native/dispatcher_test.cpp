#include "services/host/native/dispatcher.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <thread>

#include "tests/support/patience.h"

namespace status::host::native {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// What the dispatcher says, for a test to wait for.
class Heard final : public DispatcherListener {
 public:
  void on_event(Token listener, std::string text, std::uint64_t lost) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    events.push_back(std::to_string(listener) + " " + text);
    lost_before += lost;
    changed_.notify_all();
  }
  void on_broken(const Broken& broken) override {
    broken_.set_value(broken);
    is_broken = true;
  }
  void on_handlers_restored(const std::vector<std::string>&) override {}

  // Until open(), the one that takes events is busy.
  void close() { set_open(false); }
  void open() { set_open(true); }
  bool wait_for_events(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, test::kPatience, [&] { return events.size() >= count; });
  }
  std::optional<Broken> broken() {
    auto future = broken_.get_future();
    if (future.wait_for(test::kPatience) != std::future_status::ready) return std::nullopt;
    return future.get();
  }

  std::atomic<bool> is_broken{false};
  std::vector<std::string> events;
  std::uint64_t lost_before = 0;  // all of them

 private:
  void set_open(bool value) {
    const std::lock_guard lock(mutex_);
    open_ = value;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::promise<Broken> broken_;
};

class DispatcherTest : public testing::Test {
 protected:
  DispatcherOptions options() const { return {.return_within = 10s, .silent_for = 20ms, .most_events = 4}; }

  // As the callback of a library does, on whatever thread.
  static void reply(Token token, ReplyKind kind, std::string_view text) {
    callback_sink()->on_reply(token, kind, text);
  }

  ProcessGuard guard_;
  Heard heard_;
};

TEST_F(DispatcherTest, ACallIsAnsweredByItsCallback) {
  Dispatcher dispatcher(options(), guard_, heard_);
  std::thread library;
  const auto answer = dispatcher.call_and_wait("f", test::kPatience, [&](Token token) {
    library = std::thread([token] {
      reply(token, ReplyKind::running, "5000");
      reply(token, ReplyKind::answered, "yes");
    });
    return true;
  });
  library.join();
  EXPECT_EQ(answer.value_or("?"), "yes");
  EXPECT_EQ(dispatcher.counters().running, 1U);
  EXPECT_EQ(dispatcher.counters().foreign_thread, 2U);
}

TEST_F(DispatcherTest, ACallThatIsNotAcceptedHasTheCallbacksWords) {
  Dispatcher dispatcher(options(), guard_, heard_);
  const auto answer = dispatcher.call_and_wait("f", test::kPatience, [](Token token) {
    reply(token, ReplyKind::failed, "full");
    return false;
  });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "full");
  EXPECT_EQ(dispatcher.counters().foreign_thread, 0U) << "it was our own";
}

TEST_F(DispatcherTest, AStuckLibraryAnswersEverybodyAndIsBrokenOnce) {
  Dispatcher dispatcher(options(), guard_, heard_);
  std::promise<Result<std::string>> other;
  dispatcher.call(
      "waits", std::chrono::steady_clock::now() + 10s, [](Token) { return true; },
      [&](Result<std::string> answer) { other.set_value(std::move(answer)); });
  const auto answer = dispatcher.call_and_wait("f", test::kPatience, [](Token token) {
    reply(token, ReplyKind::stuck, "event queue stuck");
    return false;
  });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "native.stuck");
  EXPECT_EQ(other.get_future().get().error().reason, "native.stuck");
  const auto broken = heard_.broken();
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->message, HasSubstr("event queue stuck"));
}

TEST_F(DispatcherTest, ACallThatDoesNotReturnIsBrokenWithItsThread) {
  DispatcherOptions hasty = options();
  hasty.return_within = 20ms;
  Dispatcher dispatcher(hasty, guard_, heard_);
  std::promise<void> go_on;
  std::promise<pid_t> thread;
  std::promise<Code> code;
  dispatcher.call(
      "hangs", std::chrono::steady_clock::now() + 10s,
      [&](Token) {
        thread.set_value(::gettid());
        go_on.get_future().wait();
        return true;
      },
      [&](const Result<std::string>& answer) { code.set_value(answer.error().code); });
  const auto broken = heard_.broken();
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->message, HasSubstr("has not returned from hangs for "));
  EXPECT_EQ(broken->thread, thread.get_future().get());
  EXPECT_EQ(code.get_future().get(), Code::unavailable);
  go_on.set_value();
}

TEST_F(DispatcherTest, ALibraryThatAnswersNobodyAnyMoreIsBroken) {
  Dispatcher dispatcher(options(), guard_, heard_);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const MonotonicTime patience = now() + test::kPatience;
  while (!heard_.is_broken) {
    ASSERT_LT(now(), patience);
    dispatcher.call(
        "f", now() + 5ms, [](Token) { return true; }, [](const Result<std::string>&) {});
  }
  const auto broken = heard_.broken();
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->message, HasSubstr("none of the library's answers"));
}

TEST_F(DispatcherTest, ASuspectThatAnswersIsNoneAnyMore) {
  Dispatcher dispatcher(options(), guard_, heard_);
  dispatcher.suspect();
  const auto answer = dispatcher.call_and_wait("f", test::kPatience, [](Token token) {
    reply(token, ReplyKind::answered, "");
    return true;
  });
  ASSERT_TRUE(answer);
  dispatcher.suspect();
  // The next turn of its thread arms the watch.
  (void)dispatcher.call_and_wait("f", 5s, [](Token) { return true; });
  const auto broken = heard_.broken();
  ASSERT_TRUE(broken);
  EXPECT_THAT(broken->message, HasSubstr("answered nothing for 20 ms"));
}

TEST_F(DispatcherTest, WhenTheEndComesNothingIsBroken) {
  DispatcherOptions hasty = options();
  hasty.return_within = 1ms;
  Dispatcher dispatcher(hasty, guard_, heard_);
  dispatcher.end();
  std::promise<void> go_on;
  const Status returned = dispatcher.run("destroy", 30ms, [future = go_on.get_future().share()] { future.wait(); });
  ASSERT_FALSE(returned);
  EXPECT_EQ(returned.error().code, Code::deadline_exceeded);
  EXPECT_THAT(returned.error().message, HasSubstr("destroy for 30 ms"));
  go_on.set_value();
}

TEST_F(DispatcherTest, EventsAreBoundedAndTheNextOneSaysHowManyAreMissing) {
  Dispatcher dispatcher(options(), guard_, heard_);
  heard_.close();
  callback_sink()->on_event(1, "taken");
  // Whoever takes them is busy with that one, or has not come to it; four more wait at most.
  for (int i = 0; i < 20; ++i) callback_sink()->on_event(2, std::to_string(i));
  const std::uint64_t lost = dispatcher.counters().lost_events;
  EXPECT_GE(lost, 15U);
  heard_.open();
  ASSERT_TRUE(heard_.wait_for_events(21 - lost));
  callback_sink()->on_event(3, "after");
  ASSERT_TRUE(heard_.wait_for_events(22 - lost));
  EXPECT_EQ(heard_.events.front(), "1 taken");
  EXPECT_EQ(heard_.events.back(), "3 after");
  EXPECT_EQ(heard_.lost_before, lost);
  EXPECT_EQ(dispatcher.counters().events, 22U);
}

TEST_F(DispatcherTest, CallbacksWithoutADispatcherGoNowhere) { EXPECT_EQ(callback_sink(), nullptr); }

}  // namespace
}  // namespace status::host::native
