// The dashboard's event stream: figures and the supervisor's events, for few viewers, none of whom can fill the memory.
#include "supervisor/gateway/dashboard/live_feed.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <future>
#include <utility>

#include "tests/unit/gateway/dashboard_fixture.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class LiveFeedTest : public DashboardTest {
 protected:
  UniqueFd watch(const std::string& query = "", const std::string& fields = "") const {
    UniqueFd socket = connect_to(port());
    EXPECT_TRUE(send_all(socket, "GET /api/events" + query + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"));
    return socket;
  }
  void happen(std::uint64_t number) {
    ipc::control::SupervisorEvent event;
    event.seq = number;
    event.topic = "supervisor.module_state";
    event.time_ms = clock_.unix_ms();
    event.data = Value::map({{"module", "chat"}, {"n", number}});
    gateway_->supervisor_event(event);
  }
  // The cursor that the last message of events came with.
  static std::string last_id(const std::string& stream) {
    const std::size_t at = stream.rfind("\nid: ") + 5;
    return stream.substr(at, stream.find('\n', at) - at);
  }
};

TEST_F(LiveFeedTest, SendsFiguresAtOnceAndEventsAsTheyHappen) {
  start_dashboard();
  tell(row("chat", "ready"));
  const UniqueFd viewer = watch();
  const std::string head = read_until(viewer, "\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Security-Policy: default-src 'none';"));
  std::string stream = head;
  for (const char* kind : {"modules", "top", "blame", "custody", "faults"}) {
    if (stream.find(std::string("event: ") + kind + "\ndata: {") == std::string::npos) {
      stream += read_until(viewer, std::string("event: ") + kind + "\ndata: {");
    }
  }
  EXPECT_THAT(stream, HasSubstr("test team"));
  happen(1);
  EXPECT_THAT(read_until(viewer, "\"n\":1"), HasSubstr("event: events\nid: "));
}

TEST_F(LiveFeedTest, AStateThatChangesIsShownAtOnce) {
  start_dashboard();
  tell(row("chat", "ready"));
  const UniqueFd viewer = watch();
  read_until(viewer, "\"state\":\"ready\"");
  tell(row("chat", "backoff"));
  happen(1);
  EXPECT_THAT(read_until(viewer, "\"state\":\"backoff\""), HasSubstr("\"n\":1"));
}

// Nobody who shows no token learns what a module tells its front ends.
TEST_F(LiveFeedTest, ShowsNoEventsOfModules) {
  start_dashboard();
  TestModule& chat = add_module("chat");
  chat.publish("message_received", 4711);
  ASSERT_EQ(numbers("chat.message_received", 1).size(), 1U) << "it is in the merged stream";
  happen(1);
  const UniqueFd viewer = watch();
  EXPECT_THAT(read_until(viewer, "\"n\":1"), Not(HasSubstr("4711")));
  chat.publish_as("supervisors.guess", 4712);
  chat.publish("message_received", 4713);
  happen(2);
  EXPECT_THAT(read_until(viewer, "\"n\":2"), Not(HasSubstr("471")));
}

TEST_F(LiveFeedTest, GoesOnFromWhereAViewerWasCutOff) {
  start_dashboard();
  happen(1);
  UniqueFd viewer = watch();
  const std::string cursor = last_id(read_until(viewer, "\"n\":1"));
  viewer.reset();
  happen(2);
  happen(3);
  for (const UniqueFd& again : {watch("", "Last-Event-ID: " + cursor + "\r\n"), watch("?after=" + cursor)}) {
    const std::string stream = read_until(again, "\"n\":3");
    EXPECT_THAT(stream, HasSubstr("\"n\":2"));
    EXPECT_THAT(stream, Not(HasSubstr("\"n\":1}")));
  }
}

TEST_F(LiveFeedTest, ACursorThatIsNoneBeginsAnew) {
  start_dashboard();
  happen(1);
  for (const std::string& query : {std::string("?after=nonsense"), "?after=" + std::string(500, 'x'),
                                   std::string("?after=a%0Aevent:%20top"), std::string("?after=%zz")}) {
    const UniqueFd viewer = watch(query);
    EXPECT_THAT(read_until(viewer, "\"n\":1"), HasSubstr("HTTP/1.1 200")) << query;
  }
}

TEST_F(LiveFeedTest, HasFewViewersAndAPlaceAgainWhenOneLeaves) {
  start_dashboard();
  std::vector<UniqueFd> viewers;
  for (std::size_t i = 0; i < LiveFeed::kMaxViewers; ++i) {
    viewers.push_back(watch());
    ASSERT_THAT(read_until(viewers.back(), "event: "), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(get("/api/events"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200")) << "others are answered";
  viewers.pop_back();
  EXPECT_TRUE(eventually(
      [&] { return read_until(watch("", "Connection: close\r\n"), "event: ").starts_with("HTTP/1.1 200"); }));
}

// A viewer of whom the test says what it takes.
class FakeViewer final : public HttpCall, public HttpStream, public std::enable_shared_from_this<FakeViewer> {
 public:
  const HttpRequest& request() const override { return request_; }
  void reply(HttpReply reply) override { status_ = reply.status; }
  std::shared_ptr<HttpStream> open_stream() override { return shared_from_this(); }
  void write(std::shared_ptr<const std::string> text, std::function<void(bool)> written) override {
    ++writes_;
    last_ = std::move(text);
    written_ = std::move(written);
  }
  // What it was sent last is taken, or could not be sent.
  void take(bool written) { std::exchange(written_, nullptr)(written); }

  bool waits() const { return written_ != nullptr; }
  unsigned writes() const { return writes_; }
  unsigned status() const { return status_; }
  const std::string& last() const { return *last_; }

 private:
  HttpRequest request_;
  unsigned status_ = 0;
  unsigned writes_ = 0;
  std::shared_ptr<const std::string> last_;
  std::function<void(bool)> written_;
};

class FakeViewers : public LiveFeedTest {
 protected:
  void SetUp() override {
    start_dashboard();
    tell(row("chat", "ready"));
    front_ = std::make_unique<FrontCaller>(office_, config().url, *ipc::parse_credential(kToken));
    feed_ = std::make_unique<LiveFeed>(office_, *front_);
  }
  void TearDown() override {
    office_.close();
    front_->close();
  }
  // On the office's thread.
  template <class Job>
  auto in_office(Job job) {
    std::promise<decltype(job())> done;
    office_.post([&] { done.set_value(job()); });
    return done.get_future().get();
  }
  std::shared_ptr<FakeViewer> enter() {
    return in_office([this] {
      auto viewer = std::make_shared<FakeViewer>();
      feed_->add(viewer);
      return viewer;
    });
  }

  Office office_;
  std::unique_ptr<FrontCaller> front_;
  std::unique_ptr<LiveFeed> feed_;
};

TEST_F(FakeViewers, NothingIsKeptForOneThatTakesNothing) {
  const auto quick = enter();
  const auto slow = enter();
  const auto take_one = [&] {
    return eventually([&] {
      return in_office([&] {
        if (!quick->waits()) return false;
        quick->take(true);
        return true;
      });
    });
  };
  std::uint64_t number = 0;
  for (int round = 0; round < 50; ++round) {
    happen(++number);
    ASSERT_TRUE(take_one());
  }
  EXPECT_EQ(in_office([&] { return slow->writes(); }), 1U) << "one is under way, and there is no second";
  // Then it takes again: events from where it was, all of them.
  std::string seen;
  EXPECT_TRUE(eventually([&] {
    return in_office([&] {
      if (slow->waits()) {
        slow->take(true);
        seen += slow->last();
      }
      return seen.find("\"n\":50") != std::string::npos;
    });
  }));
  for (std::uint64_t i = 1; i <= number; ++i) {
    EXPECT_THAT(seen, HasSubstr("\"n\":" + std::to_string(i) + "}"));
  }
}

TEST_F(FakeViewers, OneThatCannotBeWrittenToIsDroppedAndItsPlaceIsFree) {
  std::vector<std::shared_ptr<FakeViewer>> viewers;
  for (std::size_t i = 0; i < LiveFeed::kMaxViewers; ++i) viewers.push_back(enter());
  EXPECT_EQ(in_office([late = enter()] { return late->status(); }), 503U);
  const std::weak_ptr<FakeViewer> gone = viewers.back();
  in_office([&] {
    viewers.back()->take(false);
    viewers.pop_back();
    return true;
  });
  EXPECT_TRUE(eventually([&] { return gone.expired(); })) << "nobody holds it";
  EXPECT_TRUE(in_office([next = enter()] { return next->waits(); }));
}

// Who reads nothing costs what the kernel's buffers take, and is dropped in the end.
TEST_F(LiveFeedTest, ASlowViewerDoesNotHoldUpTheOthers) {
  start_dashboard();
  const UniqueFd slow = connect_to(port());
  const int smallest = 1;
  ASSERT_EQ(::setsockopt(slow.get(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest)), 0);
  ASSERT_TRUE(send_all(slow, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const UniqueFd quick = watch();
  read_until(quick, "event: ");
  std::uint64_t number = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) happen(++number);
    read_until(quick, "\"n\":" + std::to_string(number) + "}");
  }
  EXPECT_EQ(number, 2'000U);
}

}  // namespace
}  // namespace status::gateway
