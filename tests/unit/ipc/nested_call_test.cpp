// Calls that a handler makes on behalf of its own caller.
#include "ipc/wire/deadline_scope.h"
#include "tests/unit/ipc/harness.h"

namespace status::ipc {
namespace {

using namespace testing;

// `near` is called by the test and calls `far`, which says with how much time it was asked.
class NestedCall : public ::testing::Test {
 protected:
  NestedCall() {
    far_ = make_server("far");
    far_->handle("far.left", Run::worker, [](Call call) {
      call.reply(encode_msgpack(Value::map({{"deadline_ms", call.header().deadline_ms}})));
    });
    far_->handle("far.wait", Run::worker, [this](Call call) {
      latch_.wait();
      call.reply(call.params());
    });
    EXPECT_TRUE(far_->listen());
    to_far_ = open_client(dir_.url("far"));
    near_ = make_server("near");
    pass_on("near.ask", request("far.left", 60'000));
    pass_on("near.ask_briefly", request("far.left", 10));
    pass_on("near.wait", request("far.wait", 60'000));
    EXPECT_TRUE(near_->listen());
    client_ = open_client(dir_.url("near"));
  }
  ~NestedCall() override {
    client_.reset();
    near_.reset();
    to_far_.reset();
    far_.reset();
  }
  std::unique_ptr<Server> make_server(const std::string& name) {
    ServerOptions options;
    options.module = name;
    options.url = dir_.url(name);
    return std::make_unique<Server>(options, std::make_shared<OpenAccess>());
  }
  void pass_on(const std::string& method, const Request& nested) {
    near_->handle(method, Run::worker, [this, nested](Call call) {
      const Result<Response> answer = to_far_->call_and_wait(nested);
      answer ? call.reply(answer->result()) : call.fail(answer.error());
    });
  }
  std::uint64_t asked_with(const std::string& method, std::uint32_t deadline_ms) {
    const Result<Response> response = client_->call_and_wait(request(method, deadline_ms));
    EXPECT_TRUE(response) << (response ? "" : response.error().describe());
    return response ? decode_msgpack(response->result())->uint_or("deadline_ms", 0) : 0;
  }

  SocketDir dir_;
  Latch latch_;
  std::unique_ptr<Server> far_;
  std::unique_ptr<Client> to_far_;
  std::unique_ptr<Server> near_;
  std::unique_ptr<Client> client_;
};

TEST_F(NestedCall, HasWhatIsLeftOfTheCallThatItIsFor) {
  EXPECT_LE(asked_with("near.ask", 20'000), 20'000U);
  EXPECT_GT(asked_with("near.ask", 20'000), 10'000U);
  EXPECT_EQ(asked_with("near.ask_briefly", 20'000), 10U) << "it may ask for less";
}

TEST_F(NestedCall, OutsideOfAHandlerNothingLimitsIt) {
  const Result<Response> response = to_far_->call_and_wait(request("far.left", 60'000));
  EXPECT_EQ(decode_msgpack(response->result())->uint_or("deadline_ms", 0), 60'000U);
}

TEST_F(NestedCall, IsNotMadeWhenNobodyWaitsAnyMore) {
  const auto now = std::chrono::steady_clock::now();
  const DeadlineScope over(now);
  const Result<Response> refused = to_far_->call_and_wait(request("far.left"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::deadline_exceeded);
  EXPECT_EQ(refused.error().reason, "ipc.deadline");
  {
    const DeadlineScope unlimited(std::nullopt);  // work that goes on after the answer
    EXPECT_TRUE(to_far_->call_and_wait(request("far.left")));
  }
  EXPECT_EQ(DeadlineScope::current(), now);
  Request poll = request("far.left");
  poll.quiet = true;
  EXPECT_TRUE(to_far_->call_and_wait(poll)) << "a subscription outlives what began it";
}

// The worker of `near` is free again at its caller's deadline, not a minute later.
TEST_F(NestedCall, EndsWithTheCallThatItIsFor) {
  const Result<Response> late = client_->call_and_wait(request("near.wait", 100));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::deadline_exceeded);
  EXPECT_TRUE(eventually([&] { return near_->load().completed == 1; }));
  latch_.open();
}

TEST_F(NestedCall, TheWaitForAnotherModuleIsTheStageOther) {
  auto waiting = begin_call(*client_, request("near.wait", 20'000));
  ASSERT_TRUE(eventually([&] { return far_->load().running == 1; }));
  const std::uint64_t begin = monotonic_ns();
  ASSERT_TRUE(eventually([&] { return monotonic_ns() > begin + 5'000'000; }));
  latch_.open();
  const Result<Response> response = waiting.get();
  ASSERT_TRUE(response) << response.error().describe();
  const Stages& stages = response->header().stages;
  EXPECT_GE(stages.other_ns, 5'000'000U);
  EXPECT_LE(stages.queue_ns + stages.handler_ns + stages.other_ns,
            response->header().written_ns - response->header().received_ns);
}

}  // namespace
}  // namespace status::ipc
