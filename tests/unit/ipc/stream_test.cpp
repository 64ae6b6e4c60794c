// A volatile stream over a real socket: what a poll gets, when, and who waits.
#include <thread>

#include "ipc/stream/event_stream.h"
#include "ipc/wire/trace_scope.h"
#include "tests/unit/ipc/stream_harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Seqs = std::vector<std::uint64_t>;

class StreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<Server>(server_options(dir_), std::make_shared<OpenAccess>());
    memory_.resize(64 << 10);
    open_stream();
    ASSERT_TRUE(server_->listen());
    client_ = open_client(dir_.url());
  }
  void TearDown() override {
    client_.reset();
    stream_.reset();
    server_.reset();
  }

  void open_stream() {
    stream_ = std::make_unique<EventStream>(*server_, "echo.events.next", clock_, random_, memory_);
  }
  std::string publish(std::string_view topic = "echo.tick") {
    return stream_->publish(topic, event_data(++published_));
  }
  Result<api::StreamReply> poll(const api::StreamRequest& params) { return page_of(begin_poll(*client_, params)); }
  bool parked(std::size_t count) {
    return eventually([&] { return stream_->parked() == count; });
  }

  SocketDir dir_;
  FakeClock clock_;
  SeededRandom random_{3};
  std::vector<std::uint8_t> memory_;
  std::uint64_t published_ = 0;
  std::unique_ptr<Server> server_;
  std::unique_ptr<EventStream> stream_;
  std::unique_ptr<Client> client_;
};

TEST_F(StreamTest, APollThatFindsEventsIsAnsweredAtOnce) {
  publish("echo.one");
  clock_.advance(5ms);
  const std::string cursor = publish("echo.two");
  const auto page = poll({.cursor = "0", .wait_ms = 30'000});
  ASSERT_TRUE(page) << page.error().describe();
  EXPECT_EQ(seqs(*page), (Seqs{1, 2}));
  EXPECT_EQ(page->cursor, cursor);
  EXPECT_EQ(page->lagged, 0U);
  EXPECT_FALSE(page->reset);
  const api::StreamEvent& second = page->events[1];
  EXPECT_EQ(second.topic, "echo.two");
  EXPECT_EQ(second.time_ms, clock_.unix_ms());
  EXPECT_EQ(second.generation, 1U);
  EXPECT_EQ(second.data.uint_or("n", 0), 2U);
  EXPECT_FALSE(second.trace);
}

TEST_F(StreamTest, AnEventCarriesTheTraceOfItsCause) {
  const Trace trace = Trace::start(random_);
  stream_->publish("echo.tick", event_data(1), trace);
  const auto page = poll({.cursor = "0"});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events.at(0).trace->bytes, to_bytes(trace.pack()));
}

TEST_F(StreamTest, AnEventCarriesTheTraceOfTheCallThatItsThreadWorksOn) {
  const Trace call = Trace::start(random_);
  const Trace other = Trace::start(random_);
  {
    const TraceScope scope(&call);
    publish();
    stream_->publish("echo.tick", event_data(2), other);
  }
  publish();
  const auto page = poll({.cursor = "0"});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events.at(0).trace->bytes, to_bytes(call.pack()));
  EXPECT_EQ(page->events.at(1).trace->bytes, to_bytes(other.pack())) << "one that is named goes first";
  EXPECT_FALSE(page->events.at(2).trace);
}

TEST_F(StreamTest, APollThatFindsNothingIsParkedAndWoken) {
  Poll waiting = begin_poll(*client_, {.wait_ms = 30'000});
  ASSERT_TRUE(parked(1));
  const std::string cursor = publish();
  const auto page = page_of(std::move(waiting));
  ASSERT_TRUE(page);
  EXPECT_EQ(seqs(*page), Seqs{1});
  EXPECT_EQ(page->cursor, cursor);
  EXPECT_EQ(stream_->parked(), 0U);
}

TEST_F(StreamTest, TheEndOfTheWaitIsAnEmptySuccess) {
  const auto begin = std::chrono::steady_clock::now();
  const auto page = poll({.wait_ms = 60});
  ASSERT_TRUE(page) << page.error().describe();
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->cursor, stream_->cursor_now());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 60ms);
  EXPECT_EQ(stream_->parked(), 0U);
  // And the cursor of that is good for the next.
  publish();
  EXPECT_EQ(seqs(*poll({.cursor = page->cursor})), Seqs{1});
}

TEST_F(StreamTest, WithoutAWaitNothingIsParked) {
  const auto page = poll({});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->events.empty());
}

TEST_F(StreamTest, AWaitThatReachesTheDeadlineIsRefused) {
  const auto ask = [&](std::uint32_t wait_ms, std::uint32_t deadline_ms) {
    return page_of(begin_poll(*client_, {.cursor = "0", .wait_ms = wait_ms}, deadline_ms));
  };
  publish();
  for (const std::uint32_t wait_ms : {500U, 501U}) {
    const auto page = ask(wait_ms, 500);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Code::invalid_argument);
    EXPECT_EQ(page.error().reason, "ipc.invalid_params");
    EXPECT_NE(page.error().message.find("`wait_ms`"), std::string::npos);
  }
  EXPECT_TRUE(ask(499, 500));
}

TEST_F(StreamTest, WithoutACursorItIsFromNowOn) {
  publish();
  Poll waiting = begin_poll(*client_, {.wait_ms = 30'000});
  ASSERT_TRUE(parked(1));
  publish();
  EXPECT_EQ(seqs(*page_of(std::move(waiting))), Seqs{2});
}

TEST_F(StreamTest, MaxCutsThePageAndTheCursorGoesOn) {
  for (int i = 0; i < 5; ++i) publish();
  const auto first = poll({.cursor = "0", .max = 2});
  EXPECT_EQ(seqs(*first), (Seqs{1, 2}));
  const auto second = poll({.cursor = first->cursor, .max = 2});
  EXPECT_EQ(seqs(*second), (Seqs{3, 4}));
  EXPECT_EQ(seqs(*poll({.cursor = second->cursor})), Seqs{5});
}

TEST_F(StreamTest, WhoFellBehindTheRingIsToldHowMuchIsGone) {
  const std::string early = publish();
  while (stream_->evicted() < 100) publish();
  const std::uint64_t gone = stream_->evicted();
  const auto page = poll({.cursor = early, .max = 1, .wait_ms = 30'000});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->lagged, gone - 1);  // event 1 had been seen
  EXPECT_FALSE(page->reset);
  EXPECT_EQ(seqs(*page), Seqs{gone + 1});
  // "0" is the oldest that is kept: nothing was missed.
  const auto oldest = poll({.cursor = "0", .max = 1});
  EXPECT_EQ(oldest->lagged, 0U);
  EXPECT_EQ(seqs(*oldest), Seqs{gone + 1});
}

TEST_F(StreamTest, ACursorOfAnotherIncarnationIsAReset) {
  const std::string before = publish();
  publish();
  stream_.reset();
  std::fill(memory_.begin(), memory_.end(), std::uint8_t{0});
  open_stream();
  publish();
  const auto page = poll({.cursor = before, .wait_ms = 30'000});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->reset);
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->cursor, stream_->cursor_now());
}

TEST_F(StreamTest, ARingThatOutlivedItsStreamIsNoReset) {
  const std::string before = publish();
  publish();
  stream_.reset();
  open_stream();
  publish();
  EXPECT_EQ(seqs(*poll({.cursor = before})), (Seqs{2, 3}));
}

TEST_F(StreamTest, ACursorFromTheFutureIsAReset) {
  publish();
  std::string cursor = stream_->cursor_now();
  cursor.back() = '9';
  EXPECT_TRUE(poll({.cursor = cursor})->reset);
}

TEST_F(StreamTest, ForeignCursorsAreRefused) {
  for (const char* cursor : {"x", "-", "1-", "-1", "0x1-1", "1-1 ", "1-1-1", "1-99999999999999999999"}) {
    const auto page = poll({.cursor = cursor});
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, Code::invalid_argument) << cursor;
    EXPECT_EQ(page.error().reason, "ipc.bad_cursor") << cursor;
  }
}

TEST_F(StreamTest, TopicsMatchByWholeDottedPrefix) {
  for (const char* topic : {"echo.tick", "echo.ticker", "echo", "echo.tick.fast", "other.tick"}) publish(topic);
  const auto with = [&](std::vector<std::string> topics) {
    return seqs(*poll({.cursor = "0", .topics = std::move(topics)}));
  };
  EXPECT_EQ(with({}), (Seqs{1, 2, 3, 4, 5}));
  EXPECT_EQ(with({"echo"}), (Seqs{1, 2, 3, 4}));
  EXPECT_EQ(with({"echo.tick"}), (Seqs{1, 4}));
  EXPECT_EQ(with({"echo.tick", "other"}), (Seqs{1, 4, 5}));
  EXPECT_EQ(with({"ech"}), Seqs{});
  EXPECT_EQ(with({"echo.tick.fast.very"}), Seqs{});
}

TEST_F(StreamTest, WhatDoesNotMatchIsPassedOverForGood) {
  for (int i = 0; i < 3; ++i) publish("echo.noise");
  const auto page = poll({.cursor = "0", .topics = {"echo.signal"}});
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->cursor, stream_->cursor_now());
}

TEST_F(StreamTest, AParkedReaderOfOneTopicDoesNotFallBehindTheOthers) {
  Poll waiting = begin_poll(*client_, {.wait_ms = 30'000, .topics = {"echo.signal"}});
  ASSERT_TRUE(parked(1));
  while (stream_->evicted() < 500) publish("echo.noise");
  EXPECT_EQ(stream_->parked(), 1U);
  publish("echo.signal");
  const auto page = page_of(std::move(waiting));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->lagged, 0U);
  EXPECT_EQ(seqs(*page), Seqs{published_});
}

TEST_F(StreamTest, CoalescedThereIsOnlyTheNewestOfEachTopic) {
  for (const char* topic : {"echo.a", "echo.b", "echo.a", "echo.c", "echo.a"}) publish(topic);
  const auto page = poll({.cursor = "0", .coalesce = true});
  EXPECT_EQ(seqs(*page), (Seqs{2, 4, 5}));
  EXPECT_EQ(page->cursor, stream_->cursor_now());
}

TEST_F(StreamTest, ASecondPollOfAConsumerEndsTheFirst) {
  Poll first = begin_poll(*client_, {.wait_ms = 30'000, .consumer = "list"});
  Poll other = begin_poll(*client_, {.wait_ms = 30'000, .consumer = "other"});
  Poll anonymous = begin_poll(*client_, {.wait_ms = 30'000});
  ASSERT_TRUE(parked(3));
  auto reconnected = open_client(dir_.url());
  Poll second = begin_poll(*reconnected, {.wait_ms = 30'000, .consumer = "list"});
  const auto ended = page_of(std::move(first));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::aborted);
  EXPECT_EQ(ended.error().reason, "ipc.superseded");
  ASSERT_TRUE(parked(3));
  publish();
  EXPECT_EQ(seqs(*page_of(std::move(second))), Seqs{1});
  EXPECT_EQ(seqs(*page_of(std::move(other))), Seqs{1});
  EXPECT_EQ(seqs(*page_of(std::move(anonymous))), Seqs{1});
}

TEST_F(StreamTest, OfManyPollsOfAConsumerAtOnceOneWaits) {
  constexpr int kPolls = 200;
  std::vector<Poll> polls;
  for (int i = 0; i < kPolls; ++i) polls.push_back(begin_poll(*client_, {.wait_ms = 30'000, .consumer = "one"}));
  std::thread publisher([this] {
    for (int i = 0; i < 200; ++i) publish("echo.noise");
  });
  publisher.join();
  int superseded = 0;
  int waiting = 0;
  for (Poll& poll : polls) {
    // Publishing wakes the one that waits.
    while (poll.wait_for(0s) != std::future_status::ready) publish();
    const auto page = page_of(std::move(poll));
    page ? ++waiting : ++superseded;
    if (!page) {
      EXPECT_EQ(page.error().reason, "ipc.superseded");
    }
  }
  EXPECT_GE(waiting, 1);
  EXPECT_EQ(waiting + superseded, kPolls);
  EXPECT_EQ(stream_->parked(), 0U);
}

TEST_F(StreamTest, AThousandParkedPollsWakeOnOnePublish) {
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Poll> polls;
  for (int c = 0; c < 5; ++c) {
    clients.push_back(open_client(dir_.url()));
    for (int i = 0; i < 200; ++i) polls.push_back(begin_poll(*clients.back(), {.wait_ms = 30'000}));
  }
  ASSERT_TRUE(parked(1'000));
  publish();
  for (Poll& poll : polls) {
    const auto page = page_of(std::move(poll));
    ASSERT_TRUE(page) << page.error().describe();
    EXPECT_EQ(seqs(*page), Seqs{1});
  }
  EXPECT_EQ(server_->load().running, 0U);
}

TEST_F(StreamTest, ParkedPollsHoldNoWorkerAndCountAsNoCall) {
  server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  std::vector<Poll> polls;
  for (int i = 0; i < 200; ++i) polls.push_back(begin_poll(*client_, {.wait_ms = 30'000}));
  ASSERT_TRUE(parked(200));
  const ServerLoad load = server_->load();
  EXPECT_EQ(load.queued, 0U);
  EXPECT_EQ(load.running, 0U);
  EXPECT_EQ(load.completed, 0U);
  EXPECT_EQ(load.oldest, "");
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
  EXPECT_TRUE(server_->drain(std::chrono::steady_clock::now() + 5s));  // nothing to wait for
  publish();
  for (Poll& poll : polls) EXPECT_TRUE(page_of(std::move(poll)));
}

TEST_F(StreamTest, AStreamThatGoesAnswersItsParkedPollsAndLaterOnes) {
  std::vector<Poll> polls;
  for (int i = 0; i < 50; ++i) polls.push_back(begin_poll(*client_, {.wait_ms = 30'000}));
  ASSERT_TRUE(parked(50));
  stream_.reset();
  polls.push_back(begin_poll(*client_, {.wait_ms = 30'000}));
  for (Poll& poll : polls) {
    const auto page = page_of(std::move(poll));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Code::unavailable);
    EXPECT_TRUE(page.error().retryable);
  }
}

TEST_F(StreamTest, AFinishedServerAnswersParkedPolls) {
  Poll waiting = begin_poll(*client_, {.wait_ms = 30'000});
  ASSERT_TRUE(parked(1));
  server_->finish();
  const auto page = page_of(std::move(waiting));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::unavailable);
  EXPECT_EQ(page.error().reason, "ipc.draining");
}

TEST_F(StreamTest, EveryReaderSeesEveryEventOnceAndInOrder) {
  constexpr std::uint64_t kEvents = 2'000;
  memory_.resize(1 << 20);
  stream_.reset();
  open_stream();
  const auto read_all = [&] {
    auto client = open_client(dir_.url());
    std::string cursor = "0";
    std::uint64_t last = 0;
    while (last < kEvents) {
      const auto page = page_of(begin_poll(*client, {.cursor = cursor, .max = 50, .wait_ms = 20'000}));
      ASSERT_TRUE(page) << page.error().describe();
      ASSERT_EQ(page->lagged, 0U);
      for (const std::uint64_t seq : seqs(*page)) ASSERT_EQ(seq, ++last);
      cursor = page->cursor;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read_all);
  for (std::uint64_t i = 0; i < kEvents; ++i) publish();
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace status::ipc
