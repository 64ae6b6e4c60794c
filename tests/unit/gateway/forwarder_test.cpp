// What happens to a call of a module on its way through the front door.
#include <gmock/gmock.h>

#include <csignal>

#include "ipc/wire/envelope.h"
#include "tests/support/child_process.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Forwarding : public GatewayTest {
 protected:
  Value send_by_hand(const ipc::RequestHeader& header) {
    Result<ipc::Response> response = ipc::testing::send_by_hand(*client_, header);
    EXPECT_TRUE(response && !response->error()) << "no answer";
    if (!response) return {};
    id_ = response->header().id;
    echo_ = response->header().echo;
    reply_cursor_ = response->header().cursor;
    generation_ = response->header().generation;
    return *decode_msgpack(response->result());
  }

  std::uint32_t id_ = 0;
  std::string echo_;
  std::string reply_cursor_;
  std::uint64_t generation_ = 0;
};

TEST_F(Forwarding, TheModuleSeesTheCallAsTheGatewaysWithItsOwnMeta) {
  start();
  add_module("chat", 3);
  ipc::Request say = request("chat.seen", 4'000);
  say.params = encode_msgpack(Value::map({{"text", "hello"}}));
  say.trace = ipc::Trace::start(random_);
  say.idempotency_key = "once";
  say.echo = "mine";
  const std::uint64_t before = monotonic_ns();
  const Result<ipc::Response> response = client_->call_and_wait(say);
  ASSERT_TRUE(response) << response.error().describe();
  const Value got = *decode_msgpack(response->result());
  EXPECT_EQ(got.string_or("caller", ""), "gateway");
  EXPECT_EQ(got.string_or("trace", ""), say.trace->id_hex());
  EXPECT_EQ(got.string_or("key", ""), "once");
  EXPECT_EQ(got.find("params")->string_or("text", ""), "hello");
  EXPECT_LE(got.uint_or("deadline_ms", 0), 4'000U);
  EXPECT_GT(got.uint_or("deadline_ms", 0), 3'000U);
  EXPECT_GT(got.uint_or("sent_ns", 0), before);
  EXPECT_EQ(response->header().generation, 3U);
  EXPECT_EQ(response->header().cursor, "c-1");
  EXPECT_EQ(response->header().echo, "mine");
}

TEST_F(Forwarding, ACallWithoutATraceGetsOneAndKeepsTheRest) {
  start();
  add_module("chat");
  ipc::RequestHeader header;
  header.id = 77;
  header.method = "chat.seen";
  header.deadline_ms = 3'000;
  header.idempotency_key = "k";
  header.echo = "e";
  const Value got = send_by_hand(header);
  EXPECT_EQ(got.string_or("trace", "").size(), 32U);
  EXPECT_EQ(got.string_or("key", ""), "k");
  EXPECT_EQ(id_, 77U);
  EXPECT_EQ(echo_, "e");
}

TEST_F(Forwarding, NobodyElseSaysWhoAFrontEndIs) {
  start();
  add_module("chat");
  ipc::RequestHeader header;
  header.id = 5;
  header.method = "chat.seen";
  header.deadline_ms = 3'000;
  header.trace = ipc::Trace::start(random_);
  header.user = "somebody else";
  EXPECT_EQ(send_by_hand(header).string_or("user", "absent"), "");
}

// Two front ends with tokens of their own; the local user's has no identity.
TEST_F(Forwarding, AFrontEndsIdentityIsThatOfItsToken) {
  GatewayConfig guarded = config();
  std::vector<ipc::CredentialAccess::Entry> tokens;
  for (const std::string name : {"desktop", "web", ""}) {
    ipc::CredentialAccess::Entry& token = tokens.emplace_back();
    token.sha256 = ipc::credential_digest({static_cast<std::uint8_t>(1 + name.size())});
    token.caller = std::make_shared<ipc::Caller>(ipc::Caller{"local" + name, ipc::MethodSet::all(), name});
  }
  guarded.access = std::make_shared<ipc::CredentialAccess>(std::move(tokens));
  start(guarded);
  add_module("chat");
  const auto seen_of = [&](const std::string& name, std::string_view claimed) {
    ipc::RequestHeader header;
    header.method = "chat.seen";
    header.deadline_ms = 3'000;
    header.trace = ipc::Trace::start(random_);
    header.credential = ipc::Credential{static_cast<std::uint8_t>(1 + name.size())};
    header.user = claimed;
    return send_by_hand(header);
  };
  for (const std::string_view claimed : {"", "admin"}) {
    EXPECT_EQ(seen_of("desktop", claimed).string_or("user", "absent"), "desktop");
    EXPECT_EQ(seen_of("web", claimed).string_or("principal", "absent"), "gateway/web");
    EXPECT_EQ(seen_of("", claimed).string_or("user", "absent"), "");
    EXPECT_EQ(seen_of("", claimed).string_or("principal", "absent"), "gateway");
  }
}

TEST_F(Forwarding, MetaInShorterFormsIsRebuilt) {
  start();
  add_module("chat");
  // [0, 9, "chat.seen", {v: 1, d: 3000 as uint16, a: 16 bytes, t: 25 bytes}, {}]
  Bytes raw = {0x95, 0x00, 0x09, 0xa9};
  for (const char c : std::string("chat.seen")) raw.push_back(static_cast<std::uint8_t>(c));
  const Bytes meta = encode_msgpack(Value::map({{"v", 1}, {"d", 3'000}, {"a", Bytes(16, 7)}, {"t", Bytes(25, 9)}}));
  raw.insert(raw.end(), meta.begin(), meta.end());
  const Bytes body = encode_msgpack(Value::map({{"text", std::string(3'000, 'x')}}));
  std::promise<Result<ipc::Response>> answer;
  client_->forward(ipc::Message(raw, body), 5'000, "chat.seen", {},
                   [&](Result<ipc::Response> r) { answer.set_value(std::move(r)); });
  const Result<ipc::Response> response = answer.get_future().get();
  ASSERT_TRUE(response && !response->error());
  const Value got = *decode_msgpack(response->result());
  EXPECT_EQ(got.string_or("caller", ""), "gateway");
  EXPECT_EQ(got.string_or("trace", "").substr(0, 4), "0909");
  EXPECT_EQ(got.find("params")->string_or("text", "").size(), 3'000U);
  EXPECT_EQ(response->header().id, 9U);
}

// Whose version it is that the caller names depends on the method.
TEST_F(Forwarding, TheModuleJudgesTheVersionOfItsInterfaceAndTheGatewayThatOfItsOwn) {
  start();
  add_module("chat");
  ipc::Request seen = request("chat.seen");
  seen.interface_major = 9;
  const Result<ipc::Response> response = client_->call_and_wait(seen);
  ASSERT_TRUE(response) << response.error().describe();
  EXPECT_EQ(decode_msgpack(response->result())->uint_or("interface", 0), 9U);
  ipc::Request hello = request("supervisor.hello");
  hello.interface_major = 1;
  EXPECT_TRUE(client_->call_and_wait(hello));
  hello.interface_major = 9;
  const Result<ipc::Response> refused = client_->call_and_wait(hello);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "ipc.interface_version");
  EXPECT_THAT(refused.error().message, HasSubstr("wants interface 9 of supervisor, this is interface 1"));
}

TEST_F(Forwarding, AModulesOwnErrorComesBackUnchanged) {
  start();
  add_module("chat");
  const Result<Value> refused = call("chat.refuse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "test.nothing");
  EXPECT_EQ(refused.error().module, "chat");
}

TEST_F(Forwarding, AnUnknownModuleIsNotFoundWithTheNearest) {
  start();
  add_module("chat");
  const Result<Value> refused = call("chta.seen");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::not_found);
  EXPECT_THAT(refused.error().message, HasSubstr("did you mean `chat`?"));
  EXPECT_EQ(refused.error().details.find("modules")->as_array()->size(), 2U);
  EXPECT_EQ(call("supervisor.modulse").error().code, Code::unimplemented);
}

TEST_F(Forwarding, AModuleThatIsDownIsUnavailableAtOnceWithItsStateAndNextAttempt) {
  start();
  Row down = row("chat", "backoff");
  down.next_attempt_ms = clock_.unix_ms() + 4'000;
  down.why = "signal 9 (SIGKILL)";
  tell(down);
  const Result<Value> refused = call("chat.seen");
  ASSERT_FALSE(refused);
  const Error& error = refused.error();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_EQ(error.reason, "supervisor.not_running");
  EXPECT_TRUE(error.retryable);
  EXPECT_GT(error.retry_after_ms, 3'000U);
  EXPECT_LE(error.retry_after_ms, 4'000U);
  EXPECT_EQ(error.details.string_or("state", ""), "backoff");
  EXPECT_EQ(error.details.int_or("next_attempt_ms", 0), down.next_attempt_ms);
  EXPECT_THAT(error.message, HasSubstr("SIGKILL"));
  tell(row("chat", "stopped"));
  EXPECT_FALSE(call("chat.seen").error().retryable) << "an operator stopped it";
}

// A module of its own, to be killed.
class Dying : public GatewayTest {
 protected:
  void SetUp() override {
    start();
    module_ = std::make_unique<test::ChildProcess>(std::vector<std::string>{HANGING_MODULE, dir_.url("chat"), "chat"});
    ASSERT_TRUE(module_->wait_for_line("listening", 10s));
    tell(row("chat", "ready"));
  }
  std::unique_ptr<test::ChildProcess> module_;
};

TEST_F(Dying, CallsInFlightFailAtOnceWithTheStateThatTheSupervisorReports) {
  ipc::Request hang = request("chat.hang", 30'000);
  hang.echo = "mine";
  auto first = begin_call(*client_, hang);
  auto second = begin_call(*client_, hang);
  ASSERT_TRUE(module_->wait_for_line("call 2", 10s));
  Row dead = row("chat", "backoff");
  dead.next_attempt_ms = clock_.unix_ms() + 10'000;
  module_->signal(SIGKILL);
  tell(dead);
  for (auto* call : {&first, &second}) {
    ASSERT_EQ(call->wait_for(2s), std::future_status::ready) << "not at once";
    const Result<ipc::Response> response = call->get();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::unavailable);
    EXPECT_EQ(response.error().reason, "supervisor.module_died");
    EXPECT_EQ(response.error().details.string_or("state", ""), "backoff");
    EXPECT_EQ(response.error().details.int_or("next_attempt_ms", 0), dead.next_attempt_ms);
  }
}

TEST_F(Dying, WithoutAWordFromTheSupervisorTheAnswerComesAnyway) {
  auto call = begin_call(*client_, request("chat.hang", 30'000));
  ASSERT_TRUE(module_->wait_for_line("call 1", 10s));
  module_->signal(SIGKILL);
  ASSERT_EQ(call.wait_for(5s), std::future_status::ready);
  EXPECT_EQ(call.get().error().reason, "supervisor.module_died");
}

TEST_F(Dying, PollsEndToo) {
  auto poll = begin_call(*client_, request("chat.events.next", 60'000));
  ASSERT_TRUE(module_->wait_for_line("call 1", 10s));
  module_->signal(SIGKILL);
  tell(row("chat", "starting", 2));
  ASSERT_EQ(poll.wait_for(5s), std::future_status::ready);
  EXPECT_EQ(poll.get().error().details.string_or("state", ""), "starting");
}

TEST_F(Forwarding, ManyPollsOfAModuleLeaveRoomForCalls) {
  start();
  TestModule& chat = add_module("chat");
  ASSERT_TRUE(eventually([&] { return chat.polls() == 1; })) << "the gateway's own";
  std::vector<std::unique_ptr<ipc::Client>> clients;
  std::vector<std::future<Result<ipc::Response>>> polls;
  ipc::Request poll = request("chat.events.next", 30'000);
  poll.params = encode_msgpack(Value::map({{"wait_ms", 20'000}}));
  for (int c = 0; c < 4; ++c) {
    clients.push_back(open_front_end());
    for (int i = 0; i < 100; ++i) polls.push_back(begin_call(*clients.back(), poll));
  }
  ASSERT_TRUE(eventually([&] { return chat.polls() == 401; })) << chat.polls() << " polls wait";
  EXPECT_TRUE(call("chat.seen"));
  EXPECT_TRUE(call("supervisor.hello"));
  chat.publish("said", 1);
  for (auto& each : polls) {
    const Result<ipc::Response> response = each.get();
    ASSERT_TRUE(response) << response.error().describe();
    EXPECT_EQ(decode_msgpack(response->result())->find("events")->as_array()->size(), 1U);
  }
}

TEST_F(Forwarding, AModuleThatHangsDoesNotBlockAnother) {
  start();
  Latch latch;
  TestModule& slow = add_module("slow");
  slow.server().handle("slow.wait", ipc::Run::worker, [latch](ipc::Call call) {
    latch.wait();
    call.reply(encode_msgpack(empty_map()));
  });
  add_module("chat");
  std::vector<std::future<Result<ipc::Response>>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(begin_call(*client_, request("slow.wait", 30'000)));
  EXPECT_TRUE(call("chat.seen"));
  latch.open();
  std::size_t refused = 0;
  for (auto& each : calls) {
    const Result<ipc::Response> response = each.get();
    if (response) continue;
    EXPECT_EQ(response.error().code, Code::resource_exhausted);
    ++refused;
  }
  EXPECT_GE(refused, 36U) << "more than 64 calls to one module";
  EXPECT_LT(refused, 100U);
}

TEST_F(Forwarding, ACallThatFindsTheModuleRestartedAMomentAgoWaitsForTheConnection) {
  start();
  add_module("chat");
  ASSERT_TRUE(call("chat.seen"));
  add_module("chat", 2);
  const Result<Value> seen = call("chat.seen");
  EXPECT_TRUE(seen) << seen.error().describe();
}

TEST_F(Forwarding, FinishingLetsCallsUnderWayComeBack) {
  start();
  Latch latch;
  std::promise<void> arrived;
  TestModule& chat = add_module("chat");
  chat.server().handle("chat.wait", ipc::Run::worker, [&arrived, latch](ipc::Call call) {
    arrived.set_value();
    latch.wait();
    call.reply(encode_msgpack(empty_map()));
  });
  auto waiting = begin_call(*client_, request("chat.wait", 30'000));
  arrived.get_future().wait();
  std::thread finishing([&] { gateway_->finish(std::chrono::steady_clock::now() + 20s); });
  ASSERT_TRUE(eventually([&] {
    const Result<Value> refused = call("chat.seen");
    return !refused && refused.error().code == Code::unavailable;
  }));
  latch.open();
  EXPECT_TRUE(waiting.get());
  finishing.join();
}

}  // namespace
}  // namespace status::gateway
