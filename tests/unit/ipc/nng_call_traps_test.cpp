// Regression tests for what Debian's NNG does to calls: TRANSPORT.md section 1, traps 2 to 8, 10 and 11.
#include <nng/nng.h>
// after nng.h, which it does not include
#include <nng/protocol/reqrep0/req.h>

#include <csignal>
#include <thread>

#include "ipc/stream/event_stream.h"
#include "ipc/wire/limits.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/ipc/stream_harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

class NngCallTraps : public ::testing::Test {
 protected:
  void start(ServerOptions options) {
    server_ = std::make_unique<Server>(std::move(options), std::make_shared<OpenAccess>());
    server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
    server_->handle("echo.wait", Run::worker, [this](Call call) {
      ++waiting_;
      latch_.wait();
      call.reply(call.params());
    });
    server_->handle("echo._sys.health", Run::inline_thread, [](Call call) { call.reply(call.params()); });
    const Status status = server_->listen();
    ASSERT_TRUE(status) << status.error().describe();
    client_ = open_client(dir_.url());
    ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  }
  void start() { start(server_options(dir_)); }
  void TearDown() override {
    client_.reset();
    server_.reset();
  }
  bool answers(const std::string& method = "echo.say") { return client_->call_and_wait(request(method)).has_value(); }

  Request sized(std::size_t whole_message) {
    Request out = request("echo.say", 30'000);
    // What our prefix takes is the same for every body.
    RequestHeader header;
    header.id = 1;
    header.method = out.method;
    header.deadline_ms = out.deadline_ms;
    header.sent_ns = 1;
    header.trace.emplace();
    Bytes prefix;
    append_request_prefix(header, prefix);
    out.params.assign(whole_message - prefix.size(), 0);
    out.params[0] = 0x80;  // the echo does not look behind it
    return out;
  }

  SocketDir dir_;
  Latch latch_;
  std::atomic<int> waiting_{0};
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(NngCallTraps, Trap2ACallIsNotSentAgainAfterACrash) {
  const std::string count = dir_.socket("count");
  auto serve = [&] {
    auto peer =
        std::make_unique<test::ChildProcess>(std::vector<std::string>{STATUS_IPC_PEER, "serve", dir_.url(), count});
    EXPECT_TRUE(peer->wait_for_line("serving", 10s)) << peer->output();
    return peer;
  };
  client_ = open_impatient_client(dir_.url());
  for (std::size_t crash = 1; crash <= 5; ++crash) {
    auto peer = serve();
    ASSERT_TRUE(eventually([&] { return client_->connected(); }));
    auto hanging = begin_call(*client_, request("echo.hang", 60'000));
    ASSERT_TRUE(peer->wait_for_line("hanging", 10s));
    peer->signal(SIGKILL);
    const auto killed = SteadyClock::now();
    const Result<Response> response = hanging.get();
    EXPECT_LT(SteadyClock::now() - killed, 500ms) << "and not the deadline";
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::unavailable);
    EXPECT_TRUE(response.error().retryable);
    ASSERT_TRUE(peer->wait(10s));
    peer = serve();
    ASSERT_TRUE(eventually([&] { return client_->call_and_wait(request("echo.say")).has_value(); }));
    EXPECT_EQ(test::read_file(count).size(), crash) << "the restarted server has run it again";
    peer->signal(SIGKILL);
    ASSERT_TRUE(peer->wait(10s));
  }
}

TEST_F(NngCallTraps, Trap2WithoutAConnectionTheAnswerComesAfter50Ms) {
  const auto client = open_impatient_client(dir_.url("nobody"));
  for (int i = 0; i < 3; ++i) {
    const auto begin = SteadyClock::now();
    const Result<Response> response = client->call_and_wait(request("echo.say", 60'000));
    const auto took = SteadyClock::now() - begin;
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().reason, "ipc.not_connected");
    EXPECT_GE(took, 40ms);
    EXPECT_LT(took, 500ms);
  }
}

TEST_F(NngCallTraps, Trap2ContextsInheritThatNothingIsSentAgain) {
  const Result<Socket> socket = Socket::request();
  ASSERT_TRUE(socket);
  nng_ctx context = NNG_CTX_INITIALIZER;
  ASSERT_EQ(nng_ctx_open(&context, socket->get()), 0);
  nng_duration resend = 0;
  EXPECT_EQ(nng_ctx_get_ms(context, NNG_OPT_REQ_RESENDTIME, &resend), 0);
  EXPECT_EQ(resend, NNG_DURATION_INFINITE);
  nng_ctx_close(context);
}

TEST_F(NngCallTraps, Trap3AnOversizeRequestIsRefusedBeforeItIsSent) {
  start();
  auto other = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  const Result<Response> response = client_->call_and_wait(sized(kMaxMessage + 1));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::resource_exhausted);
  EXPECT_EQ(response.error().reason, "ipc.limit");
  latch_.open();
  EXPECT_TRUE(other.get()) << "the connection was not reset";
}

TEST_F(NngCallTraps, Trap3TheLargestMessagePasses) {
  start();
  server_->handle("echo.size", Run::worker, [](Call call) {
    call.reply(encode_msgpack(Value::map({{"size", std::uint64_t{call.params().size()}}})));
  });
  Request largest = sized(kMaxMessage - 1);
  largest.method = "echo.size";
  const Result<Response> response = client_->call_and_wait(largest);
  ASSERT_TRUE(response) << response.error().describe();
  EXPECT_EQ(decode_msgpack(response->result())->uint_or("size", 0), largest.params.size());
}

TEST_F(NngCallTraps, Trap3AnOversizeAnswerBecomesAnError) {
  start();
  const Bytes huge(kMaxMessage);
  server_->handle("echo.huge", Run::worker, [&](Call call) { call.reply(huge); });
  auto other = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  const Result<Response> response = client_->call_and_wait(request("echo.huge"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().reason, "ipc.limit");
  EXPECT_EQ(response.error().module, "echo");
  latch_.open();
  EXPECT_TRUE(other.get()) << "the connection was not reset";
}

TEST_F(NngCallTraps, Trap3TheReceiverRefusesWhatAForeignPeerSends) {
  start();
  nng_socket raw = NNG_SOCKET_INITIALIZER;
  ASSERT_EQ(nng_req0_open(&raw), 0);
  const Socket socket(raw);
  nng_socket_set_ms(raw, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
  nng_socket_set_ms(raw, NNG_OPT_RECVTIMEO, 10'000);
  ASSERT_EQ(nng_dial(raw, dir_.url().c_str(), nullptr, 0), 0);
  const Bytes huge(kMaxMessage + 1'000);
  ASSERT_EQ(nng_send(raw, const_cast<std::uint8_t*>(huge.data()), huge.size(), 0), 0);
  void* answer = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(nng_recv(raw, &answer, &size, NNG_FLAG_ALLOC), NNG_ECONNRESET);
  EXPECT_TRUE(answers()) << "nobody else notices";
}

TEST_F(NngCallTraps, Trap4TheDialerComesBackAfter10To250Ms) {
  const Result<Socket> socket = Socket::request();
  ASSERT_TRUE(socket);
  nng_duration least = 0;
  nng_duration most = 0;
  EXPECT_EQ(nng_socket_get_ms(socket->get(), NNG_OPT_RECONNMINT, &least), 0);
  EXPECT_EQ(nng_socket_get_ms(socket->get(), NNG_OPT_RECONNMAXT, &most), 0);
  EXPECT_EQ(least, 10);
  EXPECT_EQ(most, 250);
}

TEST_F(NngCallTraps, Trap4ARestartedServerIsReachedAgainSoon) {
  client_ = open_impatient_client(dir_.url());
  for (int i = 0; i < 5; ++i) {
    server_ = std::make_unique<Server>(server_options(dir_), std::make_shared<OpenAccess>());
    server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
    ASSERT_TRUE(server_->listen());
    const auto begin = SteadyClock::now();
    ASSERT_TRUE(eventually([&] { return client_->connected(); }));
    EXPECT_LT(SteadyClock::now() - begin, 1s);
    EXPECT_TRUE(answers());
    server_.reset();
    ASSERT_TRUE(eventually([&] { return !client_->connected(); }));
  }
}

TEST_F(NngCallTraps, Trap5BlockedHandlersStallNobodyElse) {
  start();
  std::vector<std::future<Result<Response>>> blocked;
  for (int i = 0; i < 66; ++i) blocked.push_back(begin_call(*client_, request("echo.wait", 60'000)));
  ASSERT_TRUE(eventually([&] { return waiting_ == 2 && server_->load().queued == 64; }));
  ServerOptions options = server_options(dir_);
  options.url = dir_.url("other");
  Server other(options, std::make_shared<OpenAccess>());
  other.handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  ASSERT_TRUE(other.listen());
  auto client = open_client(dir_.url("other"));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(client->call_and_wait(request("echo.say")));
  latch_.open();
  for (auto& call : blocked) EXPECT_TRUE(call.get());
}

TEST_F(NngCallTraps, Trap6AReplyThatPrecedesShutdownArrives) {
  int arrived = 0;
  for (int round = 0; round < 50; ++round) {
    std::promise<void> replied;
    auto server = std::make_unique<Server>(server_options(dir_), std::make_shared<OpenAccess>());
    server->handle("echo.last", Run::worker, [&](Call call) {
      call.reply(call.params());
      replied.set_value();
    });
    ASSERT_TRUE(server->listen());
    auto client = open_client(dir_.url());
    auto answer = begin_call(*client, request("echo.last"));
    replied.get_future().wait();
    server->shutdown();
    arrived += answer.get() ? 1 : 0;
  }
  EXPECT_EQ(arrived, 50);
}

TEST_F(NngCallTraps, Trap7EveryPathAnswersExactlyOnce) {
  start();
  server_->handle("echo.forget", Run::worker, [](Call) {});
  server_->handle("echo.twice", Run::worker, [](Call call) {
    call.reply(call.params());
    call.fail(make_error(Code::internal, "echo.second", "too late"));
    call.reply(call.params());
  });
  server_->handle("echo.throw_away", Run::inline_thread, [](Call call) { const Call moved = std::move(call); });
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(client_->call_and_wait(request("echo.forget")).error().reason, "ipc.unanswered");
    EXPECT_TRUE(answers("echo.twice"));
    EXPECT_EQ(client_->call_and_wait(request("echo.throw_away")).error().reason, "ipc.unanswered");
    EXPECT_EQ(client_->call_and_wait(request("echo.nothing")).error().code, Code::unimplemented);
  }
  EXPECT_TRUE(answers()) << "requests and answers are still in step";
}

TEST_F(NngCallTraps, Trap7AReplyToAClientThatWentAwayIsNoError) {
  ServerOptions options = server_options(dir_);
  options.workers = 1;
  start(options);
  auto gone = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  client_.reset();
  EXPECT_EQ(gone.get().error().code, Code::cancelled);
  latch_.open();
  client_ = open_client(dir_.url());
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(answers());
}

TEST_F(NngCallTraps, Trap7ContextsNeverRunOut) {
  start();
  FakeClock clock;
  SeededRandom random(1);
  auto stream = std::make_unique<EventStream>(*server_, "echo.events.next", clock, random);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Poll> polls;
  for (int c = 0; c < 5; ++c) {
    clients.push_back(open_client(dir_.url()));
    for (int i = 0; i < 200; ++i) polls.push_back(begin_poll(*clients.back(), {.wait_ms = 30'000}));
  }
  ASSERT_TRUE(eventually([&] { return stream->parked() == 1'000; }));
  std::vector<std::future<Result<Response>>> busy;
  for (int i = 0; i < 66; ++i) busy.push_back(begin_call(*client_, request("echo.wait", 60'000)));
  ASSERT_TRUE(eventually([&] { return waiting_ == 2 && server_->load().queued == 64; }));
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(answers("echo._sys.health"));
    EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().code, Code::resource_exhausted);
  }
  latch_.open();
  for (auto& call : busy) EXPECT_TRUE(call.get());
  EXPECT_TRUE(answers());
  stream.reset();
}

TEST_F(NngCallTraps, Trap8ASlowReaderIsToldWhatItMissed) {
  start();
  SystemClock clock;
  SeededRandom random(1);
  auto stream = std::make_unique<EventStream>(*server_, "echo.events.next", clock, random);
  constexpr std::uint64_t kEvents = 20'000;
  std::thread publisher([&] {
    for (std::uint64_t i = 0; i < kEvents; ++i) stream->publish("echo.tick", event_data(i));
  });
  std::string cursor = "0";
  std::uint64_t accounted = 0;
  std::uint64_t seen = 0;
  while (accounted < kEvents) {
    const auto page = page_of(begin_poll(*client_, {.cursor = cursor, .max = 10, .wait_ms = 10'000}));
    ASSERT_TRUE(page) << page.error().describe();
    // "0" is the oldest event that is kept: what went before anybody asked was missed by nobody, and what goes while it
    // is being asked for is lagged, and before the first of the page as well.
    if (cursor == "0" && !page->events.empty()) {
      accounted = page->events.front().seq - 1;
    } else {
      accounted += page->lagged;
    }
    accounted += page->events.size();
    seen += page->events.size();
    if (!page->events.empty()) {
      EXPECT_EQ(page->events.back().seq, accounted);
    }
    cursor = page->cursor;
  }
  publisher.join();
  EXPECT_EQ(accounted, kEvents);
  EXPECT_GT(seen, 0U);
  stream.reset();
}

TEST_F(NngCallTraps, Trap10BulkOnASocketOfItsOwnDoesNotHoldUpSmallCalls) {
  start();
  ServerOptions options = server_options(dir_);
  options.url = dir_.url("bulk");
  Server bulk(options, std::make_shared<OpenAccess>());
  bulk.handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  ASSERT_TRUE(bulk.listen());
  auto bulk_client = open_client(dir_.url("bulk"));
  const Request chunk = sized(256U << 10);  // the largest that bulk data goes in
  std::vector<std::future<Result<Response>>> transfers;
  for (int i = 0; i < 64; ++i) transfers.push_back(begin_call(*bulk_client, chunk));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(answers());
  EXPECT_NE(transfers.back().wait_for(0s), std::future_status::ready) << "small calls overtake";
  for (auto& transfer : transfers) EXPECT_TRUE(transfer.get());
}

TEST_F(NngCallTraps, Trap11AProcessWithServerAndClientHasAtMost16Threads) {
  test::ChildProcess peer({STATUS_IPC_PEER, "threads", dir_.url()});
  const auto line = peer.wait_for_line("threads ", 20s);
  ASSERT_TRUE(line) << peer.output();
  EXPECT_LE(std::stoi(line->substr(8)), 16) << *line;
}

// Upstream #1543 and #1813: a socket that is closed while a message arrives can stop NNG's one reaper thread for good.
// A client with an answer still to come therefore leaves its socket open.
TEST_F(NngCallTraps, ClosingInTheMomentOfTheAnswerHangsNothing) {
  start();
  for (int i = 0; i < 100; ++i) {
    auto client = open_client(dir_.url());
    ASSERT_TRUE(client->call_and_wait(request("echo.say")));
    std::vector<std::future<Result<Response>>> calls;
    for (int c = 0; c < 4; ++c) calls.push_back(begin_call(*client, request("echo.say")));
    if (i % 2 == 0) calls.front().wait();
    client.reset();
    for (auto& call : calls) {
      const Result<Response> response = call.get();
      EXPECT_TRUE(response || response.error().code == Code::cancelled) << response.error().describe();
    }
  }
  // The reaper still works: a connection that goes is noticed.
  const auto watcher = open_impatient_client(dir_.url());
  ASSERT_TRUE(eventually([&] { return watcher->connected(); }));
  client_.reset();
  server_.reset();
  EXPECT_TRUE(eventually([&] { return !watcher->connected(); }));
}

// When it happens nevertheless, the process says so, and its supervisor replaces it.
TEST_F(NngCallTraps, AHousekeepingThreadThatHangsIsSeen) {
  ServerOptions options = server_options(dir_);
  server_ = std::make_unique<Server>(options, std::make_shared<OpenAccess>());
  EXPECT_EQ(server_->housekeeping_stall(), 0ms);
  server_->handle("echo._sys.close", Run::system, [this](Call call) {
    ++waiting_;
    latch_.wait();
    call.reply(call.params());
  });
  ASSERT_TRUE(server_->listen());
  client_ = open_client(dir_.url());
  auto stuck = begin_call(*client_, request("echo._sys.close", 60'000));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  EXPECT_TRUE(eventually([&] { return server_->housekeeping_stall() > 20ms; }));
  latch_.open();
  EXPECT_TRUE(stuck.get());
  EXPECT_TRUE(eventually([&] { return server_->housekeeping_stall() == 0ms; }));
}

}  // namespace
}  // namespace status::ipc
