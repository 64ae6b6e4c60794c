// The interface `supervisor`.
#include <gmock/gmock.h>

#include <atomic>

#include "supervisor/gateway/api.h"
#include "tests/support/openrpc_check.h"
#include "tests/unit/gateway/fixture.h"

namespace status::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SupervisorInterface : public GatewayTest {
 protected:
  Value module(const std::string& name) { return Value::map({{"module", name}}); }
};

TEST(SupervisorInterfaceDocument, IsTheCommittedOne) {
  EXPECT_TRUE(test::matches_committed(interface(), "supervisor/gateway/openrpc.json"));
}

TEST_F(SupervisorInterface, HelloSaysWhatRuns) {
  start();
  tell(row("chat", "ready", 3));
  const Result<Value> hello = call("supervisor.hello");
  ASSERT_TRUE(hello) << hello.error().describe();
  EXPECT_EQ(hello->string_or("version", ""), "1.2.3");
  EXPECT_EQ(hello->uint_or("protocol", 0), 1U);
  EXPECT_EQ(hello->string_or("boot_id", ""), config().boot_id);
  EXPECT_EQ(hello->string_or("metrics_url", "none"), "");
  const Value& chat = hello->find("modules")->as_array()->front();
  EXPECT_EQ(chat.string_or("name", ""), "chat");
  EXPECT_EQ(chat.string_or("interface", ""), "1.0");
  EXPECT_EQ(chat.uint_or("generation", 0), 3U);
}

TEST_F(SupervisorInterface, ModulesAreTheRowsWithoutCredentials) {
  start();
  Row died = row("chat", "ready", 3);
  died.last_exit = ipc::control::LastExit{.generation = 2, .cause = "signal 9 (SIGKILL)", .time_ms = 5, .uptime_ms = 6};
  died.restarts = 2;
  died.rss_bytes = 1'234;
  tell(died);
  tell(row("waku", "failed"));
  const Result<Value> modules = call("supervisor.modules");
  ASSERT_TRUE(modules);
  const Value::Array& rows = *modules->find("modules")->as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].find("last_exit")->string_or("cause", ""), "signal 9 (SIGKILL)");
  EXPECT_EQ(rows[0].uint_or("restarts", 0), 2U);
  EXPECT_EQ(rows[0].uint_or("rss_bytes", 0), 1'234U);
  EXPECT_GE(rows[0].int_or("uptime_seconds", 0), 5);
  EXPECT_EQ(rows[1].int_or("uptime_seconds", -1), 0);
  EXPECT_EQ(rows[0].find("credential"), nullptr);
  EXPECT_EQ(rows[0].find("url"), nullptr);
  EXPECT_EQ(call("supervisor.module", Value::map({{"name", "waku"}}))->string_or("state", ""), "failed");
  EXPECT_EQ(call("supervisor.module", Value::map({{"name", "wakuu"}})).error().reason, "supervisor.unknown_module");
}

TEST_F(SupervisorInterface, CommandsGoToTheSupervisorAndItsAnswerComesBack) {
  start();
  tell(row("chat", "ready"));
  EXPECT_TRUE(call("supervisor.stop", module("chat")));
  EXPECT_TRUE(call("supervisor.start", module("chat")));
  EXPECT_TRUE(call("supervisor.restart", module("chat")));
  EXPECT_TRUE(call("supervisor.pause", module("chat")));
  EXPECT_TRUE(call("supervisor.resume", module("chat")));
  EXPECT_THAT(supervisor_.commands(),
              ElementsAre("stop chat", "start chat", "restart chat", "pause chat", "resume chat"));
  supervisor_.answer_with(make_error(Code::failed_precondition, "supervisor.wrong_state", "not now"));
  EXPECT_EQ(call("supervisor.stop", module("chat")).error().reason, "supervisor.wrong_state");
  EXPECT_EQ(call("supervisor.stop", module("chta")).error().code, Code::not_found);
  const Result<Value> wrong = call("supervisor.stop", Value::map({{"modul", "chat"}}));
  EXPECT_EQ(wrong.error().code, Code::invalid_argument);
  EXPECT_THAT(wrong.error().message, HasSubstr("`module`"));
}

TEST_F(SupervisorInterface, AnIdempotencyKeyGoesAlongWithItsCaller) {
  start();
  tell(row("chat", "ready"));
  ipc::Request restart = request("supervisor.restart");
  restart.params = encode_msgpack(module("chat"));
  restart.idempotency_key = "once";
  EXPECT_TRUE(client_->call_and_wait(restart));
  EXPECT_THAT(supervisor_.commands(), ElementsAre("restart chat local once"));
}

TEST_F(SupervisorInterface, ASupervisorThatDoesNotAnswerIsADeadline) {
  start();
  tell(row("chat", "ready"));
  supervisor_.answer_nothing();
  ipc::Request stop = request("supervisor.stop", 100);
  stop.params = encode_msgpack(module("chat"));
  EXPECT_EQ(client_->call_and_wait(stop).error().code, Code::deadline_exceeded);
  stop_gateway();  // and what the supervisor still holds harms nobody
}

TEST_F(SupervisorInterface, DescribeCollectsTheDocumentsOfWhatRuns) {
  start();
  add_module("chat");
  tell(row("waku", "backoff"));
  const Result<Value> all = call("supervisor.describe");
  ASSERT_TRUE(all) << all.error().describe();
  const Value::Array& documents = *all->find("modules")->as_array();
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0].string_or("module", ""), "chat");
  EXPECT_EQ(documents[0].find("document")->string_or("x-module", ""), "chat");
  EXPECT_EQ(documents[1].string_or("module", ""), "supervisor");
  const Result<Value> one = call("supervisor.describe", module("supervisor"));
  EXPECT_EQ(one->find("modules")->as_array()->front().find("document")->string_or("openrpc", ""), "1.3.2");
  EXPECT_EQ(call("supervisor.describe", module("waku")).error().reason, "supervisor.not_running");
  EXPECT_EQ(call("supervisor.describe", module("nobody")).error().code, Code::not_found);
}

TEST_F(SupervisorInterface, DescribeAsksEachIncarnationOnce) {
  start();
  std::atomic<int> asked = 0;
  const auto add = [&](std::uint64_t generation) {
    add_module("chat", generation)
        .server()
        .handle("chat._sys.describe", ipc::Run::system, [&asked, generation](ipc::Call call) {
          ++asked;
          call.reply(encode_msgpack(Value::map({{"x-generation", generation}})));
        });
  };
  const auto described = [&](const Value& params) {
    const Result<Value> reply = call("supervisor.describe", params);
    EXPECT_TRUE(reply) << reply.error().describe();
    return reply->find("modules")->as_array()->front().find("document")->uint_or("x-generation", 0);
  };
  add(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(described(empty_map()), 1U);
  EXPECT_EQ(asked, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(described(module("chat")), 1U);
  EXPECT_EQ(asked, 2) << "one is another question than all";
  add(2);
  EXPECT_EQ(described(empty_map()), 2U);
  EXPECT_EQ(described(module("chat")), 2U);
  tell(row("chat", "backoff", 2));
  EXPECT_EQ(call("supervisor.describe", module("chat")).error().reason, "supervisor.not_running");
}

// Whoever could not be heard is asked again.
TEST_F(SupervisorInterface, DescribeKeepsNothingWithAnErrorInIt) {
  start();
  std::atomic<bool> broken = true;
  add_module("chat").server().handle("chat._sys.describe", ipc::Run::system, [&broken](ipc::Call call) {
    broken ? call.fail(make_error(Code::internal, "test.broken", "not now")) : call.reply(encode_msgpack(empty_map()));
  });
  const auto error = [&] {
    const Result<Value> reply = call("supervisor.describe");
    EXPECT_TRUE(reply) << reply.error().describe();
    return reply->find("modules")->as_array()->front().string_or("error", "");
  };
  EXPECT_THAT(error(), HasSubstr("not now"));
  broken = false;
  EXPECT_EQ(error(), "");
}

TEST_F(SupervisorInterface, SystemMethodsAnswer) {
  start();
  EXPECT_EQ(call("supervisor._sys.health")->uint_or("generation", 0), 1U);
  EXPECT_EQ(call("supervisor._sys.describe")->string_or("x-module", ""), "supervisor");
  EXPECT_NE(call("supervisor._sys.metrics")->find("families"), nullptr);
}

}  // namespace
}  // namespace status::gateway
