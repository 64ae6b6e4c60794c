// Endpoints that fail, in every way that a network knows: the next one answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "services/chain/rpc/json_rpc.h"
#include "services/chain/rpc/score.h"
#include "services/chain/rpc/url.h"
#include "tests/unit/chain/mainnet.h"

namespace status::chain::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Failure {
  const char* name;
  const char* reason;  // of the error when nobody else is there
  std::function<void(RpcServer&)> fail;
};

std::vector<Failure> failures() {
  return {
      {"an HTTP status", "chain.unreachable", [](RpcServer& server) { server.set_status(503); }},
      {"too many requests", "chain.rate_limited", [](RpcServer& server) { server.set_status(429); }},
      {"hangs up", "chain.unreachable",
       [](RpcServer& server) { server.set_mangler([](std::string) { return std::string(); }); }},
      {"no JSON", "chain.bad_answer",
       [](RpcServer& server) { server.set_mangler([](std::string) { return "<html>"; }); }},
      {"half of it", "chain.bad_answer",
       [](RpcServer& server) { server.set_mangler([](std::string body) { return body.substr(0, body.size() / 2); }); }},
      {"no answer in it", "chain.bad_answer",
       [](RpcServer& server) { server.set_mangler([](std::string) { return "{}"; }); }},
      {"too much", "chain.answer_too_large",
       [](RpcServer& server) { server.set_mangler([](std::string) { return std::string(17U << 20U, ' '); }); }},
      {"an error", "chain.busy", [](RpcServer& server) {
         server.set_handler([](const std::string&, const Value::Array&) -> Result<Value> {
           return fail(Code::unavailable, "test", "header not found");
         });
       }}};
}

TEST(Failover, GoesToTheNextEndpoint) {
  for (const Failure& failure : failures()) {
    Mainnet failing;
    Mainnet good;
    RunningBackend running({failing.url(), good.url()}, EndpointMode::attach);
    running.heard().head();
    failure.fail(failing.server());
    const auto balance = running.balance();
    ASSERT_TRUE(balance) << failure.name << ": " << balance.error().describe();
    EXPECT_EQ(balance->value.text(), kWethBalance) << failure.name;
  }
}

TEST(Failover, HasANameForWhatEndpointsDo) {
  for (const Failure& failure : failures()) {
    Mainnet failing;
    RunningBackend running({failing.url()}, EndpointMode::attach);
    running.heard().head();
    failure.fail(failing.server());
    const auto balance = running.balance();
    ASSERT_FALSE(balance) << failure.name;
    EXPECT_EQ(balance.error().reason, failure.reason) << failure.name << ": " << balance.error().describe();
    EXPECT_THAT(balance.error().message, HasSubstr(failing.name())) << failure.name;
    EXPECT_THAT(balance.error().message, testing::Not(HasSubstr("key-in-the-path"))) << failure.name;
  }
}

TEST(Failover, PassesBySlowOnes) {
  Mainnet slow;
  Mainnet good;
  RunningBackend running({slow.url(), good.url()}, EndpointMode::attach,
                         [](NetworkSettings& settings) { settings.attempt_ms = 1'000; });
  running.heard().head();
  slow.server().hold();
  const auto balance = running.balance();
  ASSERT_TRUE(balance) << balance.error().describe();
  good.server().hold();
  EXPECT_EQ(running.balance().error().reason, "chain.slow");
}

TEST(Failover, ComesBackToAnEndpointThatDoes) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::attach);
  running.heard().head();
  node.server().set_status(500);
  EXPECT_FALSE(running.balance());
  node.server().set_status(200);
  EXPECT_TRUE(running.balance());
  EXPECT_EQ(running.endpoint(node.name()).last_error, "");
}

TEST(Endpoint, TakesCallsTogether) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::attach, [](NetworkSettings& settings) {
    settings.connections = 1;
    settings.poll_ms = 3'600'000;
  });
  running.heard().head();
  const unsigned before = node.server().requests();
  constexpr unsigned kCalls = 65;
  node.server().hold();
  std::vector<std::future<Result<Answered<U256>>>> answers;
  std::atomic<unsigned> asked = 0;
  for (unsigned i = 0; i < kCalls; ++i) {
    answers.push_back(std::async(std::launch::async, [&] {
      ++asked;
      return running.balance();
    }));
  }
  while (asked < kCalls) std::this_thread::yield();
  static_cast<void>(running.status());  // what was asked before is in the queue by now
  node.server().release();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_LE(node.server().requests() - before, kCalls / 2);
  EXPECT_LE(node.server().connections(), 1U);
}

TEST(Endpoint, MayTakeOneCallAtATime) {
  Mainnet node;
  node.server().set_takes_batches(false);
  RunningBackend running({node.url()}, EndpointMode::attach,
                         [](NetworkSettings& settings) { settings.connections = 1; });
  running.heard().head();
  std::vector<std::future<Result<Answered<U256>>>> answers;
  for (unsigned i = 0; i < 20; ++i)
    answers.push_back(std::async(std::launch::async, [&] { return running.balance(); }));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(Embedded, AsksOnceForWhatItKnows) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::embedded,
                         [](NetworkSettings& settings) { settings.poll_ms = 3'600'000; });
  running.heard().head();
  ASSERT_TRUE(running.balance());
  const unsigned before = node.server().calls();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(running.balance());
  EXPECT_EQ(node.server().calls(), before);
}

TEST(Url, IsReadAndNamedWithoutItsSecrets) {
  const auto url = rpc::parse_url("https://user:word@example.org/v3/0123?key=1#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->target, "/v3/0123?key=1");
  EXPECT_EQ(url->authorization, "Basic dXNlcjp3b3Jk");
  EXPECT_EQ(url->name(), "https://example.org:443");
  EXPECT_EQ(rpc::parse_url("http://[::1]:8545")->name(), "http://[::1]:8545");
  EXPECT_EQ(rpc::parse_url("http://node:8545?a=b")->target, "/?a=b");
  for (const char* text :
       {"", "ws://a", "http://", "http://a:0", "http://a:99999", "http://a b", "http://a\r\nX: y/", "file:///etc"}) {
    EXPECT_EQ(rpc::parse_url(text).error().reason, "chain.bad_endpoint") << text;
  }
}

TEST(JsonRpc, ToldApartByItsErrors) {
  const auto reason = [](const std::string& error) {
    const auto answers = rpc::decode(R"({"jsonrpc":"2.0","id":0,"error":)" + error + "}", 1);
    return answers ? answers->front().error().reason : answers.error().reason;
  };
  EXPECT_EQ(reason(R"({"code":3,"message":"execution reverted: no","data":"0x08c379a0"})"), "chain.reverted");
  EXPECT_EQ(reason(R"({"code":-32601,"message":"the method x does not exist/is not available"})"), "chain.no_method");
  EXPECT_EQ(reason(R"({"code":-32602,"message":"invalid argument 0"})"), "chain.refused");
  EXPECT_EQ(reason(R"({"code":-32602,"message":"BlockOutOfRangeError: block height is 3"})"), "chain.busy");
  EXPECT_EQ(reason(R"({"code":-32000,"message":"nonce too low"})"), "chain.rejected");
  EXPECT_EQ(reason(R"({"code":-32000,"message":"missing trie node 1234"})"), "chain.busy");
  EXPECT_EQ(rpc::decode("[]", 2)->front().error().reason, "chain.bad_answer");
  EXPECT_EQ(rpc::decode(R"([{"id":7,"result":1}])", 1)->front().error().reason, "chain.bad_answer");
}

TEST(Score, RestsAfterFailuresAndLonger) {
  rpc::Score score;
  MonotonicTime now{1h};
  EXPECT_EQ(score.health(now), 1);
  score.failed(now);
  EXPECT_TRUE(score.rests(now + 999ms));
  EXPECT_FALSE(score.rests(now + 1s));
  for (int i = 0; i < 20; ++i) score.failed(now);
  EXPECT_TRUE(score.rests(now + 59s));
  EXPECT_FALSE(score.rests(now + 60s));
  EXPECT_LT(score.health(now), 0.1);
  score.succeeded(10ms);
  EXPECT_FALSE(score.rests(now));
  score.lied(now);
  EXPECT_TRUE(score.is_liar(now + 599s));
  EXPECT_FALSE(score.is_liar(now + 600s));
}

TEST(Score, PrefersTheFastAndReliable) {
  rpc::Score fast;
  rpc::Score slow;
  fast.succeeded(10ms);
  slow.succeeded(200ms);
  EXPECT_LT(fast.cost(), slow.cost());
  rpc::Score unreliable = fast;
  unreliable.failed(MonotonicTime{1h});
  EXPECT_LT(fast.cost(), unreliable.cost());
}

TEST(Settings, SayWhatIsWrong) {
  const auto reason = [](const std::function<void(NetworkSettings&)>& change) {
    NetworkSettings settings;
    change(settings);
    return check(settings).error().message;
  };
  EXPECT_THAT(reason([](NetworkSettings& s) { s.network = "nowhere"; }), HasSubstr("chain_id"));
  EXPECT_THAT(reason([](NetworkSettings& s) { s.checkpoint = "0x12"; }), HasSubstr("chain.checkpoint"));
  EXPECT_THAT(reason([](NetworkSettings& s) { s.agree = 2; }), HasSubstr("chain.agree"));
  EXPECT_THAT(reason([](NetworkSettings& s) { s.endpoints = {"ftp://x"}; }), HasSubstr("http://"));
  EXPECT_THAT(reason([](NetworkSettings& s) { s.endpoints = {"http://a/1", "http://a/2"}; }), HasSubstr("twice"));
}

}  // namespace
}  // namespace status::chain::test
