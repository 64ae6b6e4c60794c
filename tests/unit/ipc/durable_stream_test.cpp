// A durable stream over a log in memory: who acknowledges what, and where a consumer goes on.
#include "ipc/stream/durable_stream.h"

#include <map>

#include "tests/unit/ipc/stream_harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Seqs = std::vector<std::uint64_t>;

// What services/host/store keeps in the database.
class FakeLog final : public DurableSource {
 public:
  std::uint64_t append(const std::string& topic) {
    std::lock_guard lock(mutex_);
    topics_.push_back(topic);
    return topics_.size();
  }
  void break_reads() { broken_ = true; }
  std::map<std::string, std::uint64_t> acknowledgements() {
    std::lock_guard lock(mutex_);
    return acknowledged_;
  }

  Result<StreamPosition> locate(const std::optional<std::string>& cursor) override {
    std::lock_guard lock(mutex_);
    if (!cursor) return StreamPosition{.seq = topics_.size()};
    if (*cursor == "0") return StreamPosition{};
    if (!cursor->starts_with("d-")) return fail(Code::invalid_argument, "ipc.bad_cursor", "not one of this log");
    return StreamPosition{.seq = std::stoull(cursor->substr(2))};
  }
  Status acknowledge(const std::string& consumer, std::uint64_t seq) override {
    std::lock_guard lock(mutex_);
    acknowledged_[consumer] = seq;
    return {};
  }
  Result<std::optional<std::uint64_t>> acknowledged(const std::string& consumer) override {
    std::lock_guard lock(mutex_);
    const auto found = acknowledged_.find(consumer);
    return found == acknowledged_.end() ? std::nullopt : std::optional(found->second);
  }
  Status read(StreamPosition& position, std::size_t max, const std::vector<std::string>& topics, Page& page) override {
    std::lock_guard lock(mutex_);
    if (broken_) return fail(Code::data_loss, "echo.broken", "the disk is gone");
    while (position.seq < topics_.size() && page.size() < max) {
      const std::string& topic = topics_[position.seq++];
      const Bytes data = event_data(position.seq);
      if (topic_matches(topic, topics)) page.add({.seq = position.seq, .topic = topic, .generation = 1, .data = data});
    }
    return {};
  }
  std::string cursor(std::uint64_t seq) const override { return "d-" + std::to_string(seq); }
  std::uint64_t last() override {
    std::lock_guard lock(mutex_);
    return topics_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> topics_;
  std::map<std::string, std::uint64_t> acknowledged_;
  std::atomic<bool> broken_{false};
};

Credential credential(std::uint8_t n) { return {n}; }

class DurableStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<CredentialAccess::Entry> entries;
    for (std::uint8_t n = 1; n <= 2; ++n) {
      entries.push_back({credential_digest(credential(n)),
                         std::make_shared<Caller>(Caller{"caller" + std::to_string(n), MethodSet::all()})});
    }
    server_ = std::make_unique<Server>(server_options(dir_), std::make_shared<CredentialAccess>(std::move(entries)));
    stream_ = std::make_unique<DurableStream>(*server_, "echo.events.next", log_);
    ASSERT_TRUE(server_->listen());
    client_ = open_as(1);
  }
  void TearDown() override {
    client_.reset();
    stream_.reset();
    server_.reset();
  }

  std::unique_ptr<Client> open_as(std::uint8_t n) {
    ClientOptions options = client_options(dir_.url());
    options.credential = credential(n);
    return open_client(options);
  }
  void append(const std::string& topic = "echo.tick") {
    log_.append(topic);
    stream_->wake();
  }
  Result<api::StreamReply> poll(const api::StreamRequest& params) { return page_of(begin_poll(*client_, params)); }

  SocketDir dir_;
  FakeLog log_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<DurableStream> stream_;
  std::unique_ptr<Client> client_;
};

TEST_F(DurableStreamTest, AConsumerReadsAcknowledgesAndGoesOn) {
  for (int i = 0; i < 4; ++i) append();
  const auto first = poll({.cursor = "0", .max = 2, .consumer = "inbox"});
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_EQ(seqs(*first), (Seqs{1, 2}));
  EXPECT_EQ(log_.acknowledgements().at("caller1/inbox"), 0U);  // only what it passed in, not what it was given
  const auto second = poll({.cursor = first->cursor, .max = 2, .consumer = "inbox"});
  EXPECT_EQ(seqs(*second), (Seqs{3, 4}));
  EXPECT_EQ(log_.acknowledgements().at("caller1/inbox"), 2U);
}

TEST_F(DurableStreamTest, WithoutACursorItGoesOnWhereItAcknowledged) {
  for (int i = 0; i < 4; ++i) append();
  ASSERT_TRUE(poll({.cursor = "d-1", .max = 2, .consumer = "inbox"}));
  // It died before it acknowledged 2 and 3: it gets them again.
  EXPECT_EQ(seqs(*poll({.consumer = "inbox"})), (Seqs{2, 3, 4}));
  EXPECT_EQ(log_.acknowledgements().at("caller1/inbox"), 1U);
}

TEST_F(DurableStreamTest, ANewConsumerWithoutACursorBeginsNow) {
  append();
  Poll waiting = begin_poll(*client_, {.wait_ms = 30'000, .consumer = "fresh"});
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 1; }));
  EXPECT_EQ(log_.acknowledgements().at("caller1/fresh"), 1U);
  append();
  EXPECT_EQ(seqs(*page_of(std::move(waiting))), Seqs{2});
}

TEST_F(DurableStreamTest, WithoutAConsumerNothingIsAcknowledged) {
  append();
  EXPECT_EQ(seqs(*poll({.cursor = "0"})), Seqs{1});
  EXPECT_TRUE(log_.acknowledgements().empty());
}

TEST_F(DurableStreamTest, TwoCallersMayUseTheSameWord) {
  for (int i = 0; i < 3; ++i) append();
  auto other = open_as(2);
  ASSERT_TRUE(poll({.cursor = "d-2", .consumer = "inbox"}));
  ASSERT_TRUE(page_of(begin_poll(*other, {.cursor = "d-1", .consumer = "inbox"})));
  EXPECT_EQ(log_.acknowledgements(),
            (std::map<std::string, std::uint64_t>{{"caller1/inbox", 2}, {"caller2/inbox", 1}}));
  // And they do not end each other's polls.
  Poll mine = begin_poll(*client_, {.cursor = "d-3", .wait_ms = 30'000, .consumer = "inbox"});
  Poll theirs = begin_poll(*other, {.cursor = "d-3", .wait_ms = 30'000, .consumer = "inbox"});
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 2; }));
  append();
  EXPECT_EQ(seqs(*page_of(std::move(mine))), Seqs{4});
  EXPECT_EQ(seqs(*page_of(std::move(theirs))), Seqs{4});
}

TEST_F(DurableStreamTest, TwoFrontEndsBehindTheGatewayMayUseTheSameWordToo) {
  append();
  server_->set_access(std::make_shared<OpenAccess>("gateway"));
  const auto poll_for = [&](std::string_view user) {
    return begin_by_hand(*client_, {.method = "echo.events.next", .deadline_ms = 60'000, .user = user},
                         *api::encode(api::StreamRequest{.cursor = "d-1", .wait_ms = 30'000, .consumer = "inbox"}));
  };
  Poll one = poll_for("one");
  Poll two = poll_for("two");
  Poll local = poll_for("");
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 3; })) << "they do not end each other's polls";
  EXPECT_EQ(log_.acknowledgements(), (std::map<std::string, std::uint64_t>{
                                         {"gateway/one/inbox", 1}, {"gateway/two/inbox", 1}, {"gateway/inbox", 1}}));
  append();
  for (Poll* each : {&one, &two, &local}) EXPECT_EQ(seqs(*page_of(std::move(*each))), Seqs{2});
}

TEST_F(DurableStreamTest, AParkedPollIsWokenOnAWorker) {
  std::vector<Poll> polls;
  for (int i = 0; i < 50; ++i) polls.push_back(begin_poll(*client_, {.wait_ms = 30'000}));
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 50; }));
  append();
  append("echo.more");
  for (Poll& poll : polls) {
    const auto page = page_of(std::move(poll));
    ASSERT_TRUE(page) << page.error().describe();
    EXPECT_EQ(seqs(*page).front(), 1U);
  }
}

TEST_F(DurableStreamTest, TopicsAndMaxAreTheSources) {
  for (const char* topic : {"echo.a", "echo.b", "echo.a"}) append(topic);
  const auto page = poll({.cursor = "0", .max = 1, .topics = {"echo.a"}});
  EXPECT_EQ(seqs(*page), Seqs{1});
  EXPECT_EQ(seqs(*poll({.cursor = page->cursor, .topics = {"echo.a"}})), Seqs{3});
}

TEST_F(DurableStreamTest, AForeignCursorIsRefusedAndAcknowledgesNothing) {
  append();
  const auto page = poll({.cursor = "v-1", .consumer = "inbox"});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "ipc.bad_cursor");
  EXPECT_TRUE(log_.acknowledgements().empty());
}

TEST_F(DurableStreamTest, AFailingLogAnswersParkedPollsToo) {
  Poll waiting = begin_poll(*client_, {.cursor = "0", .wait_ms = 30'000, .consumer = "inbox"});
  ASSERT_TRUE(eventually([&] { return stream_->parked() == 1; }));
  log_.break_reads();
  append();
  const auto page = page_of(std::move(waiting));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().reason, "echo.broken");
}

}  // namespace
}  // namespace status::ipc
