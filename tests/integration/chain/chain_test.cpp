// The chain module as a process of a node: switched on, asked by front ends, without endpoints, killed, misconfigured.
#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include "ipc/base/codec.h"
#include "services/chain/api.h"
#include "tests/support/assert_ok.h"
#include "tests/support/process_node.h"
#include "tests/support/scrape.h"
#include "tests/support/statusctl.h"
#include "tests/unit/chain/mainnet.h"

namespace status::test {
namespace {

using chain::test::kWethBalance;
using chain::test::Mainnet;
using testing::HasSubstr;

const std::string kWeth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";

std::string list_of(const std::vector<std::string>& urls) {
  return to_json(Value(Value::Array(urls.begin(), urls.end())));
}

std::vector<std::string> with_endpoints(const std::vector<std::string>& urls) {
  return without_backoff({"modules=[\"chain\"]", "chain.poll_ms=20", "chain.endpoints=" + list_of(urls)});
}

chain::Balance::Request of_weth() {
  chain::Balance::Request request;
  request.address.bytes = *from_hex(kWeth);
  return request;
}

class Chain : public testing::Test {
 protected:
  void start(const std::vector<std::string>& urls, const std::string& setting = "chain.confirmations=12") {
    std::vector<std::string> settings = with_endpoints(urls);
    settings.push_back(setting);
    node_ = std::make_unique<ProcessNode>(NodeOptions{.settings = settings, .arguments = {}});
    const Status started = node_->start();
    ASSERT_TRUE(started) << started.error().describe() << node_->report();
    ASSERT_TRUE(await_topic("chain.readiness", "readiness", "ready")) << node_->report();
  }
  Outcome ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--data-dir", node_->data_dir()});
    return statusctl(std::move(words));
  }
  bool await_state(const std::string& state) {
    return node_->await_rows([&](const Row& row) { return row.name != "chain" || row.state == state; }).has_value();
  }
  bool await_topic(const std::string& topic, const std::string& key, const Value& value, std::size_t from = 0) {
    const auto is = [&](const EventLog::Event& event) {
      const Value* const member = event.data.find(key);
      return event.topic == topic && member != nullptr && *member == value;
    };
    return node_->events().wait_for(is, kPatience, from).has_value();
  }

  // So far ahead that no test is slow enough to find it old.
  const Value block_ = chain::test::block_of_now(std::chrono::hours(1));
  Mainnet first_{block_};
  Mainnet second_{block_};
  std::unique_ptr<ProcessNode> node_;
};

TEST_F(Chain, AFreshNodeHasNone) {
  ProcessNode plain;
  ASSERT_OK(plain.start());
  EXPECT_FALSE(plain.row("chain"));
}

TEST_F(Chain, AFrontEndReadsWhatIsProven) {
  start({first_.url(), second_.url()});
  EXPECT_TRUE(await_topic("chain.head", "network", "mainnet"));
  const Outcome status = ctl({"call", "chain.status"});
  ASSERT_EQ(status.code, 0) << status.errors;
  EXPECT_EQ(status.json().string_or("readiness", ""), "ready") << status.output;
  EXPECT_EQ(status.json().string_or("backend", ""), "embedded");
  EXPECT_THAT(status.output, HasSubstr(first_.name()));
  EXPECT_THAT(status.output, testing::Not(HasSubstr("key-in-the-path")));
  const Outcome balance = ctl({"call", "chain.balance", "{\"address\": \"" + kWeth + "\"}"});
  ASSERT_EQ(balance.code, 0) << balance.errors;
  EXPECT_EQ(balance.json().string_or("balance", ""), kWethBalance);
  EXPECT_EQ(balance.json().string_or("verified", ""), "full");
  EXPECT_EQ(balance.json().find("block")->uint_or("number", 0), 0x1625d67U);
}

TEST_F(Chain, ALiarIsNamedInTheLogAndInTheAnswer) {
  start({first_.url()});
  first_.lie("eth_getProof", [](Value& answer) { answer.set("balance", "0x1"); });
  const auto balance = node_->front().call<chain::Balance>("chain", of_weth());
  ASSERT_FALSE(balance);
  EXPECT_EQ(balance.error().code, Code::data_loss);
  EXPECT_EQ(balance.error().reason, "chain.endpoint_lied");
  EXPECT_THAT(balance.error().message, HasSubstr(first_.name()));
  EXPECT_THAT(ctl({"logs", "chain"}).output, HasSubstr("an endpoint lied"));
}

TEST_F(Chain, IsDegradedWithoutAnEndpointAndWellWithOneAgain) {
  start({first_.url()}, "chain.stale_after_ms=500");
  first_.server().set_status(503);
  EXPECT_TRUE(await_topic("chain.readiness", "readiness", "stale"));
  EXPECT_TRUE(await_state("degraded"));
  EXPECT_THAT(node_->row("chain")->why, HasSubstr("503"));
  first_.server().set_status(200);
  EXPECT_TRUE(await_state("ready"));
}

TEST_F(Chain, KilledInACallItComesBackAndAnswers) {
  start({first_.url()});
  const auto before = node_->row("chain");
  ASSERT_OK(before);
  first_.server().hold();
  auto balance =
      std::async(std::launch::async, [&] { return node_->front().call<chain::Balance>("chain", of_weth()); });
  ASSERT_TRUE(first_.server().await_call("eth_getProof"));
  const std::size_t seen = node_->events().size();
  ASSERT_OK(node_->kill("chain"));
  const auto cut_off = balance.get();
  ASSERT_FALSE(cut_off);
  EXPECT_EQ(cut_off.error().code, Code::unavailable) << cut_off.error().describe();
  first_.server().release();
  ASSERT_OK(node_->await_ready("chain", before->generation));
  ASSERT_TRUE(await_topic("chain.readiness", "readiness", "ready", seen)) << "its endpoint has answered, too";
  const auto again = node_->front().call<chain::Balance>("chain", of_weth());
  ASSERT_OK(again);
  EXPECT_EQ(again->balance, kWethBalance);
}

TEST_F(Chain, StopsInOrderWhileAnEndpointHangs) {
  start({first_.url()});
  first_.server().hold();
  auto balance =
      std::async(std::launch::async, [&] { return node_->front().call<chain::Balance>("chain", of_weth()); });
  ASSERT_TRUE(first_.server().await_call("eth_getProof"));
  ASSERT_OK(node_->restart("chain"));
  EXPECT_FALSE(balance.get());
  const auto row = node_->front().call("supervisor.module", Value::map({{"name", "chain"}}));
  ASSERT_OK(row);
  // Half of its time to stop has gone into waiting for the call.
  if (!kSanitized) {
    EXPECT_THAT(to_json(*row->find("last_exit")), HasSubstr("\"exit 0\""));
  }
}

TEST_F(Chain, ItsMetricsSayHowTheChainStands) {
  start({first_.url()});
  std::string page;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (page.find("status_chain_ready{") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    page = scrape(*node_);
  }
  EXPECT_THAT(page, HasSubstr("status_chain_head_number{module=\"chain\",network=\"mainnet\"} 23223655"));
}

// What every process may have at most.
TEST(ChainThreads, AreFewWithAllTheNetworksThatThereMayBe) {
  const std::string elsewhere = "{endpoints=[\"http://localhost:1\"]}";
  ProcessNode node(
      {.settings = {"modules=[\"chain\"]", "chain.endpoints=[\"http://localhost:1\"]",
                    "chain.networks={sepolia=" + elsewhere + ",hoodi=" + elsewhere + ",base=" + elsewhere + "}"},
       .arguments = {}});
  node.statusd().start();
  ASSERT_TRUE(node.statusd().wait_for("chain: ready → degraded")) << node.report();
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(node.statusd().pid_of("chain")) +
                                                    "/task");
  EXPECT_LE(std::distance(begin(threads), end(threads)), 16);
}

TEST(ChainSettings, ThatMakeNoSenseAreASentenceAndNoRestart) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"chain.network=nowhere", "chain_id"},        {"chain.backend=telepathy", "this build has"},
      {"chain.endpoints=[\"ftp://a\"]", "http://"}, {"chain.agree=2", "chain.agree"},
      {"chain.endpoint=\"http://a\"", "endpoint"},
  };
  for (const auto& [setting, says] : wrong) {
    ProcessNode node({.settings = {"modules=[\"chain\"]", setting}, .arguments = {}});
    node.statusd().start();
    EXPECT_TRUE(node.statusd().wait_for("chain: starting → failed")) << setting << node.report();
    EXPECT_THAT(node.report(), HasSubstr(says)) << setting;
  }
}

}  // namespace
}  // namespace status::test
