// Client and Server against each other: answers, deadlines, limits, who may call.
#include <sys/mman.h>

#include <thread>

#include "ipc/base/unique_fd.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class ClientServer : public ::testing::Test {
 protected:
  void start(ServerOptions options, control::CrashArea* crash = nullptr) {
    server_ = std::make_unique<Server>(std::move(options), std::make_shared<OpenAccess>(), nullptr, crash);
    server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
    server_->handle("echo.forget", Run::worker, [](Call) {});
    server_->handle("echo.wait", Run::worker, [this](Call call) {
      ++waiting_;
      latch_.wait();
      call.reply(encode_msgpack(Value(Value::Map{})));
    });
    server_->handle("echo.park", Run::inline_thread, [this](Call call) {
      if (!call.park()) return;
      std::lock_guard lock(mutex_);
      parked_.push_back(std::move(call));
    });
    server_->handle("echo._sys.health", Run::inline_thread, [](Call call) {
      call.reply(encode_msgpack(Value::map({{"ok", true}})));
    });
    const Status status = server_->listen();
    ASSERT_TRUE(status) << status.error().describe();
    client_ = open_client(dir_.url());
  }
  void start() { start(server_options(dir_)); }
  void TearDown() override {
    client_.reset();
    parked_.clear();
    server_.reset();
  }
  std::size_t parked() {
    std::lock_guard lock(mutex_);
    return parked_.size();
  }

  SocketDir dir_;
  Latch latch_;
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::vector<Call> parked_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientServer, AnswersWithStampsAndTheCallersEcho) {
  start();
  Request say = request("echo.say");
  say.params = encode_msgpack(Value::map({{"text", "hello"}}));
  say.echo = "mine";
  const Result<Response> response = client_->call_and_wait(say);
  ASSERT_TRUE(response) << response.error().describe();
  EXPECT_EQ(decode_msgpack(response->result())->string_or("text", ""), "hello");
  EXPECT_EQ(response->header().echo, "mine");
  EXPECT_EQ(response->header().generation, 1U);
  EXPECT_GT(response->header().received_ns, 0U);
  EXPECT_GE(response->header().written_ns, response->header().received_ns);
  EXPECT_GT(response->header().stages.queue_ns, 0U);
}

TEST_F(ClientServer, AForgottenCallIsAnsweredInternal) {
  start();
  const Result<Response> response = client_->call_and_wait(request("echo.forget"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().reason, "ipc.unanswered");
  EXPECT_EQ(response.error().module, "echo");
}

TEST_F(ClientServer, AnUnknownMethodIsNamed) {
  start();
  const Result<Response> response = client_->call_and_wait(request("echo.nothing"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unimplemented);
  EXPECT_NE(response.error().message.find("echo.nothing"), std::string::npos);
}

TEST_F(ClientServer, TheServerEnforcesTheDeadlineAndDropsTheLateAnswer) {
  start();
  // The client's own timer would fire at the same time: ask by hand with a longer one.
  const Result<Response> response =
      send_by_hand(*client_, {.id = 7, .method = "echo.wait", .deadline_ms = 50, .echo = "mine"});
  ASSERT_TRUE(response);
  ASSERT_TRUE(response->error());
  EXPECT_EQ(response->error()->code, Code::deadline_exceeded);
  EXPECT_EQ(response->header().id, 7U);
  EXPECT_EQ(response->header().echo, "mine");
  latch_.open();
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
}

TEST_F(ClientServer, TheClientGivesUpAtItsDeadline) {
  start();
  const auto begin = std::chrono::steady_clock::now();
  const Result<Response> response = client_->call_and_wait(request("echo.wait", 60));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::deadline_exceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  latch_.open();
}

TEST_F(ClientServer, CancelAnswersCancelled) {
  start();
  std::promise<Result<Response>> answer;
  CallHandle handle = client_->call(request("echo.wait"), [&](Result<Response> r) { answer.set_value(std::move(r)); });
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  handle.cancel();
  EXPECT_EQ(answer.get_future().get().error().code, Code::cancelled);
  handle.cancel();  // harmless
  latch_.open();
}

TEST_F(ClientServer, HealthAnswersWhileAllWorkersAreBusyAndTheQueueIsFull) {
  ServerOptions options = server_options(dir_);
  options.queue = 4;
  start(options);
  std::vector<std::future<Result<Response>>> calls;
  for (int i = 0; i < 6; ++i) calls.push_back(begin_call(*client_, request("echo.wait")));
  ASSERT_TRUE(eventually([&] { return waiting_ == 2 && server_->load().queued == 4; }));
  const Result<Response> refused = client_->call_and_wait(request("echo.say"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_TRUE(client_->call_and_wait(request("echo._sys.health")));
  EXPECT_TRUE(server_->load().oldest.starts_with("echo.wait ")) << server_->load().oldest;
  latch_.open();
  for (auto& call : calls) EXPECT_TRUE(call.get());
}

// What a module that hangs is told by: its deadlines answer the callers, and the workers stay where they are.
TEST_F(ClientServer, AHandlerPastItsDeadlineStaysInTheLoadUntilItReturns) {
  ServerOptions options = server_options(dir_);
  options.workers = 1;
  start(options);
  Request blocked = request("echo.wait", 50);
  SystemRandom random;
  blocked.trace = Trace::start(random);
  const Result<Response> response = client_->call_and_wait(blocked);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::deadline_exceeded);
  auto queued = begin_call(*client_, request("echo.say", 60'000));
  ASSERT_TRUE(eventually([&] { return server_->load().oldest_overrun_ms >= 20; }));
  const ServerLoad load = server_->load();
  EXPECT_EQ(load.oldest, "echo.wait " + blocked.trace->id_hex());
  EXPECT_EQ(load.running, 1U);
  EXPECT_EQ(load.queued, 1U);
  EXPECT_EQ(load.completed, 0U) << "a deadline is no progress";
  latch_.open();
  EXPECT_TRUE(queued.get());
  EXPECT_TRUE(eventually([&] { return server_->load().oldest.empty(); }));
  EXPECT_EQ(server_->load().completed, 2U);
}

TEST_F(ClientServer, AHandlerPastItsDeadlineStaysInTheCrashRecordUntilItReturns) {
  const UniqueFd file(::memfd_create("crash", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(file.get(), control::kCrashAreaBytes), 0);
  Result<control::CrashArea> area = control::CrashArea::map(file.get());
  ASSERT_TRUE(area);
  start(server_options(dir_), &*area);
  EXPECT_FALSE(client_->call_and_wait(request("echo.wait", 50)));
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
  const auto recorded = [&] {
    std::vector<std::string> methods;
    const auto calls = control::read_crash_area(file.get());
    for (const control::CallInFlight& call : calls.value()) methods.push_back(call.method);
    return methods;
  };
  EXPECT_TRUE(eventually([&] { return recorded() == std::vector<std::string>{"echo.wait"}; }));
  latch_.open();
  EXPECT_TRUE(eventually([&] { return recorded().empty(); }));
  TearDown();
}

TEST_F(ClientServer, AThousandParkedPollsLeaveRoomForCalls) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::future<Result<Response>>> polls;
  for (int c = 0; c < 5; ++c) {
    clients.push_back(open_client(dir_.url()));
    for (int i = 0; i < 200; ++i) polls.push_back(begin_call(*clients.back(), request("echo.park", 60'000)));
  }
  ASSERT_TRUE(eventually([&] { return parked() == 1'000; }));
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
  EXPECT_TRUE(client_->call_and_wait(request("echo._sys.health")));
  for (Call& call : parked_) call.reply(encode_msgpack(Value(Value::Map{})));
  for (auto& poll : polls) EXPECT_TRUE(poll.get());
}

TEST_F(ClientServer, OneClientMayHaveSoManyCallsInFlight) {
  ServerOptions options = server_options(dir_);
  options.max_in_flight_per_client = 3;
  start(options);
  std::vector<std::future<Result<Response>>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(begin_call(*client_, request("echo.wait")));
  ASSERT_TRUE(eventually([&] { return server_->load().queued == 1; }));
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "ipc.too_many_calls");
  EXPECT_TRUE(open_client(dir_.url())->call_and_wait(request("echo._sys.health")));  // another client is not affected
  latch_.open();
  for (auto& call : calls) EXPECT_TRUE(call.get());
}

TEST_F(ClientServer, ADeadlineIsOneMillisecondToTwoMinutes) {
  start();
  for (const std::uint32_t deadline_ms : {0U, 120'001U}) {
    const Result<Response> refused = client_->call_and_wait(request("echo.say", deadline_ms));
    ASSERT_FALSE(refused) << deadline_ms;
    EXPECT_EQ(refused.error().code, Code::invalid_argument);
    EXPECT_EQ(refused.error().reason, "ipc.bad_deadline");
  }
  EXPECT_TRUE(client_->call_and_wait(request("echo.say", 120'000)));
}

TEST_F(ClientServer, PollsBeyondTheLimitAreRefusedAndTheOthersStay) {
  ServerOptions options = server_options(dir_);
  options.max_parked = 2;
  start(options);
  auto first = begin_call(*client_, request("echo.park", 60'000));
  auto second = begin_call(*client_, request("echo.park", 60'000));
  ASSERT_TRUE(eventually([&] { return parked() == 2; }));
  const Result<Response> refused = client_->call_and_wait(request("echo.park", 60'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  EXPECT_EQ(refused.error().reason, "ipc.too_many_polls");
  EXPECT_TRUE(refused.error().retryable);
  parked_.front().reply(encode_msgpack(Value(Value::Map{})));
  auto third = begin_call(*client_, request("echo.park", 60'000));
  ASSERT_TRUE(eventually([&] { return parked() == 3; })) << "one has gone";
  for (Call& call : parked_) call.reply(encode_msgpack(Value(Value::Map{})));
  for (auto* poll : {&first, &second, &third}) EXPECT_TRUE(poll->get());
}

TEST_F(ClientServer, WithoutAServerTheClientItselfSaysUnavailableSoon) {
  const auto begin = std::chrono::steady_clock::now();
  auto client = open_impatient_client(dir_.url("nobody"));
  const Result<Response> response = client->call_and_wait(request("echo.say"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unavailable);
  EXPECT_EQ(response.error().reason, "ipc.not_connected");
  EXPECT_TRUE(response.error().retryable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(ClientServer, TheClientRedials) {
  start();
  client_ = open_impatient_client(dir_.url());
  ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  ASSERT_TRUE(client_->call_and_wait(request("echo.say")));
  latch_.open();
  server_.reset();
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().code, Code::unavailable);
  server_ = std::make_unique<Server>(server_options(dir_), std::make_shared<OpenAccess>());
  server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  ASSERT_TRUE(server_->listen());
  ASSERT_TRUE(eventually([&] { return client_->connected(); }));
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
}

TEST_F(ClientServer, ADrainingServerAnswersUnavailableButStaysHealthy) {
  start();
  auto running = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  EXPECT_FALSE(server_->drain(std::chrono::steady_clock::now()));
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "ipc.draining");
  EXPECT_TRUE(client_->call_and_wait(request("echo._sys.health")));
  latch_.open();
  EXPECT_TRUE(server_->drain(std::chrono::steady_clock::now() + 5s));
  EXPECT_TRUE(running.get());
}

TEST_F(ClientServer, AGateRefusesAllButSystemMethods) {
  start();
  server_->set_gate(
      [](const Call&) { return std::optional(make_error(Code::failed_precondition, "locked", "locked")); });
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "locked");
  EXPECT_TRUE(client_->call_and_wait(request("echo._sys.health")));
}

TEST_F(ClientServer, ABadEnvelopeWithAnIdIsAnsweredAndGarbageClosesThePipe) {
  start();
  auto send = [&](const Bytes& raw) {
    std::promise<Result<Response>> answer;
    client_->forward(Message(raw, {}), 2'000, "raw", {}, [&](Result<Response> r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  };
  Bytes no_deadline = encode_msgpack(Value::array({0, 7, "echo.say", Value::map({{"v", 1}}), Value(Value::Map{})}));
  Result<Response> answered = send(no_deadline);
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->error()->reason, "ipc.bad_meta");
  EXPECT_EQ(answered->header().id, 7U);
  Bytes wrong_version =
      encode_msgpack(Value::array({0, 8, "echo.say", Value::map({{"v", 2}, {"d", 100}}), Value(Value::Map{})}));
  EXPECT_EQ(send(wrong_version)->error()->reason, "ipc.protocol_version");
  const Result<Response> garbage = send(to_bytes(as_bytes("hello")));
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, Code::unavailable);
  EXPECT_TRUE(eventually([&] { return client_->connected(); }));
  EXPECT_TRUE(client_->call_and_wait(request("echo.say")));
}

TEST_F(ClientServer, WhatTheServerAnswersByItselfHasTheCallersEchoToo) {
  start();
  EXPECT_EQ(send_by_hand(*client_, {.method = "echo.nothing", .deadline_ms = 1'000, .echo = "one"})->header().echo,
            "one");
  server_->set_access(std::make_shared<CredentialAccess>(std::vector<CredentialAccess::Entry>{}));
  const Result<Response> refused = send_by_hand(*client_, {.method = "echo.say", .deadline_ms = 1'000, .echo = "two"});
  ASSERT_TRUE(refused && refused->error());
  EXPECT_EQ(refused->error()->code, Code::unauthenticated);
  EXPECT_EQ(refused->header().echo, "two");
  // Of one that cannot be read the id must do: the echo of an earlier request would be a lie.
  const Result<Response> unreadable = send_by_hand(*client_, {.id = 3, .method = "echo.say", .deadline_ms = 0});
  ASSERT_TRUE(unreadable && unreadable->error());
  EXPECT_EQ(unreadable->header().id, 3U);
  EXPECT_EQ(unreadable->header().echo, "");
}

TEST_F(ClientServer, CredentialsDecideWhoCallsWhat) {
  const Credential known{1, 2, 3};
  CredentialAccess::Entry entry{credential_digest(known),
                                std::make_shared<Caller>(Caller{"chat", MethodSet({"echo.say", "echo._sys.*"})})};
  start();
  server_->set_access(std::make_shared<CredentialAccess>(std::vector{entry}));
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "ipc.no_credential");
  auto open_as = [&](Credential credential) {
    ClientOptions options = client_options(dir_.url());
    options.credential = credential;
    return open_client(options);
  };
  EXPECT_EQ(open_as({9})->call_and_wait(request("echo.say")).error().reason, "ipc.unknown_credential");
  auto chat = open_as(known);
  EXPECT_TRUE(chat->call_and_wait(request("echo.say")));
  EXPECT_EQ(chat->call_and_wait(request("echo.wait")).error().code, Code::permission_denied);
}

TEST_F(ClientServer, OnlyTheGatewaySaysForWhomItAsks) {
  start();
  server_->handle("echo.who", Run::worker, [](Call call) {
    call.reply(encode_msgpack(Value::map({{"user", call.header().user}, {"principal", call.principal()}})));
  });
  const auto ask = [&](const std::string& caller) {
    server_->set_access(std::make_shared<OpenAccess>(caller));
    return *decode_msgpack(
        send_by_hand(*client_, {.method = "echo.who", .deadline_ms = 1'000, .user = "desktop"})->result());
  };
  EXPECT_EQ(ask("gateway"), Value::map({{"user", "desktop"}, {"principal", "gateway/desktop"}}));
  EXPECT_EQ(ask("chat"), Value::map({{"user", ""}, {"principal", "chat"}}));
}

}  // namespace
}  // namespace status::ipc
