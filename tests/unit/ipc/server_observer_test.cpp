// What a running server tells its observer: every violation once, by the reason that its caller is given, and of every
// call where its time went.
#include <algorithm>

#include "ipc/base/stage_clock.h"
#include "ipc/wire/method_scope.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;

class Recorder final : public ServerObserver {
 public:
  struct Finished {
    std::string method;
    std::string caller;
    std::optional<Code> code;
    Stages stages;
    std::uint64_t send_ns = 0;
    std::uint64_t total_ns = 0;
  };
  void finished(const FinishedCall& call) override {
    std::lock_guard lock(mutex_);
    finished_.push_back(
        {std::string(call.method), std::string(call.caller), call.code, call.stages, call.send_ns, call.total_ns});
  }
  void rejected(std::string_view reason) override {
    std::lock_guard lock(mutex_);
    ++rejected_[std::string(reason)];
  }
  std::vector<Finished> finished() {
    std::lock_guard lock(mutex_);
    return finished_;
  }
  std::map<std::string, int> rejects() {
    std::lock_guard lock(mutex_);
    return rejected_;
  }

 private:
  std::mutex mutex_;
  std::vector<Finished> finished_;
  std::map<std::string, int> rejected_;
};

constexpr Credential kKnown{1, 2, 3};

class ObservedServer : public ::testing::Test {
 protected:
  ObservedServer() {
    CredentialAccess::Entry entry{credential_digest(kKnown),
                                  std::make_shared<Caller>(Caller{"chat", MethodSet({"echo.*"})})};
    ServerOptions options = server_options(dir_);
    options.workers = 1;
    options.queue = 1;
    server_ = std::make_unique<Server>(options, std::make_shared<CredentialAccess>(std::vector{entry}), &recorder_);
    server_->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
    server_->handle("echo.wait", Run::worker, [this](Call call) {
      ++waiting_;
      latch_.wait();
      call.reply(call.params());
    });
    EXPECT_TRUE(server_->listen());
    client_ = open_as(kKnown);
  }
  ~ObservedServer() override {
    client_.reset();
    server_.reset();
  }
  std::unique_ptr<Client> open_as(std::optional<Credential> credential) {
    ClientOptions options = client_options(dir_.url());
    options.credential = credential;
    return open_client(options);
  }

  SocketDir dir_;
  Latch latch_;
  std::atomic<int> waiting_{0};
  Recorder recorder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ObservedServer, CountsEveryViolationByItsReason) {
  const auto raw = [&](const Bytes& bytes) {
    std::promise<void> done;
    client_->forward(Message(bytes, {}), 2'000, "raw", {}, [&](const Result<Response>&) { done.set_value(); });
    done.get_future().wait();
  };
  raw(to_bytes(as_bytes("hello")));
  ASSERT_TRUE(eventually([&] { return client_->connected(); })) << "garbage closes the connection";
  const Value no_deadline = Value::map({{"v", 1}});
  raw(encode_msgpack(Value::array({0, 7, "echo.say", no_deadline, Value(Value::Map{})})));
  raw(encode_msgpack(Value::array({0, 7, std::string(97, 'm'), no_deadline, Value(Value::Map{})})));
  EXPECT_FALSE(open_as(std::nullopt)->call_and_wait(request("echo.say")));
  EXPECT_FALSE(open_as(Credential{9})->call_and_wait(request("echo.say")));
  EXPECT_FALSE(client_->call_and_wait(request("other.say")));
  EXPECT_FALSE(client_->call_and_wait(request("echo.nothing")));
  const std::map<std::string, int> expected = {
      {"ipc.bad_envelope", 1},       {"ipc.bad_meta", 1}, {"ipc.limit", 1},         {"ipc.no_credential", 1},
      {"ipc.unknown_credential", 1}, {"ipc.denied", 1},   {"ipc.unknown_method", 1}};
  EXPECT_EQ(recorder_.rejects(), expected);
}

TEST_F(ObservedServer, CountsAFullQueueOnceForEachCallThatFoundNoRoom) {
  auto running = begin_call(*client_, request("echo.wait"));
  ASSERT_TRUE(eventually([&] { return waiting_ == 1; }));
  auto queued = begin_call(*client_, request("echo.say"));
  ASSERT_TRUE(eventually([&] { return server_->load().queued == 1; }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "ipc.queue_full");
  }
  EXPECT_EQ(recorder_.rejects(), (std::map<std::string, int>{{"ipc.queue_full", 3}}));
  latch_.open();
  EXPECT_TRUE(running.get());
  EXPECT_TRUE(queued.get());
}

// The numbers are the machine's; that none of them is lost, and that no time is counted twice, is ours.
TEST_F(ObservedServer, TellsWhereTheTimeOfACallWent) {
  server_->handle("echo.work", Run::worker, [](Call call) {
    const auto spend = [](Stage stage) {
      const StageTimer timer(stage);
      const std::uint64_t begin = monotonic_ns();
      while (monotonic_ns() < begin + 2'000'000) continue;
    };
    spend(Stage::persist);
    spend(Stage::backend);
    call.reply(call.params());
  });
  const Result<Response> response = client_->call_and_wait(request("echo.work"));
  ASSERT_TRUE(response) << response.error().describe();
  ASSERT_EQ(recorder_.finished().size(), 1U);
  const Recorder::Finished told = recorder_.finished().front();
  EXPECT_EQ(told.method, "echo.work");
  EXPECT_EQ(told.caller, "chat");
  EXPECT_EQ(told.code, std::nullopt);
  EXPECT_GT(told.send_ns, 0U);
  EXPECT_GT(told.stages.queue_ns, 0U);
  EXPECT_GT(told.stages.handler_ns, 0U);
  EXPECT_GE(told.stages.persist_ns, 2'000'000U);
  EXPECT_GE(told.stages.backend_ns, 2'000'000U);
  EXPECT_EQ(told.stages.other_ns, 0U);
  const Stages& stages = told.stages;
  EXPECT_LE(stages.queue_ns + stages.handler_ns + stages.persist_ns + stages.backend_ns, told.total_ns);
  const Stages& returned = response->header().stages;
  EXPECT_EQ(returned.queue_ns, stages.queue_ns);
  EXPECT_EQ(returned.handler_ns, stages.handler_ns);
  EXPECT_EQ(returned.persist_ns, stages.persist_ns);
  EXPECT_EQ(returned.backend_ns, stages.backend_ns);
}

// A handler that hands its call on says whom it waits for: that is not its own time.
TEST_F(ObservedServer, WhatIsAnsweredLaterIsChargedToWhomItWaitsFor) {
  std::promise<std::shared_ptr<Call>> handed;
  server_->handle("echo.later", Run::worker, [&](Call call) {
    call.hand_to(Stage::backend);
    handed.set_value(std::make_shared<Call>(std::move(call)));
  });
  auto answer = begin_call(*client_, request("echo.later"));
  std::shared_ptr<Call> call = handed.get_future().get();
  ASSERT_TRUE(eventually([&] { return server_->load().running == 0; })) << "the handler has returned";
  const std::uint64_t begin = monotonic_ns();
  while (monotonic_ns() < begin + 2'000'000) continue;
  call->reply(call->params());
  call.reset();
  EXPECT_TRUE(answer.get());
  ASSERT_EQ(recorder_.finished().size(), 1U);
  EXPECT_GE(recorder_.finished().front().stages.backend_ns, 2'000'000U);
}

struct Doorman final : Interceptor {
  Result<Go> before_handler() override { return Go::on; }
  Result<Go> in_handler() override {
    if (MethodScope::current() == "echo.say") return fail(Code::internal, "fault.injected", "no");
    return Go::drop;
  }
};

TEST_F(ObservedServer, AnInterceptorAnswersForAMethodOrLetsItsDeadlineDoSo) {
  Doorman doorman;
  server_->intercept(&doorman);
  EXPECT_EQ(client_->call_and_wait(request("echo.say")).error().reason, "fault.injected");
  Request dropped = request("echo.wait");
  dropped.deadline_ms = 50;
  EXPECT_EQ(client_->call_and_wait(dropped).error().code, Code::deadline_exceeded);
  EXPECT_EQ(waiting_, 0);
  server_->intercept(nullptr);
}

}  // namespace
}  // namespace status::ipc
