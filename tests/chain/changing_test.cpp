// A chain that changes: transactions, reorganisations, and nodes that die, hang, fail and lie.
#include <gmock/gmock.h>

#include <future>

#include "ipc/base/codec.h"
#include "tests/chain/chain_node.h"
#include "tests/chain/contracts.h"
#include "tests/support/patience.h"
#include "tests/unit/chain/rpc_server.h"

namespace status::test {
namespace {

using testing::HasSubstr;

#define ASSERT_OK(result) ASSERT_TRUE(result) << (result).error().describe()

class Changing : public ChainNode {
 protected:
  // The event about that transaction, of the events from number `from` on.
  std::optional<EventLog::Event> becomes(const HexBytes& transaction, const std::string& status, std::size_t from = 0) {
    const auto is = [&](const EventLog::Event& event) {
      return event.topic == "chain.transaction_status" && event.data.string_or("status", "") == status &&
             api::from_value<chain::TransactionStatus>(event.data, api::Mode::lenient)->transaction == transaction;
    };
    return node_->events().wait_for(is, kPatience, from);
  }
  Result<chain::SendRawTransaction::Reply> send_a_transfer() {
    const std::string raw = anvil_.sign(0, Value::map({{"to", anvil_.account(1)}, {"value", "0x64"}}));
    return call<chain::SendRawTransaction>({{}, hex(raw)});
  }
};

TEST_F(Changing, ATransferIsFollowedToItsEnd) {
  start({anvil_.url(), anvil_.twin_url()});
  const auto sent = send_a_transfer();
  ASSERT_OK(sent);
  const auto included = becomes(sent->transaction, "included");
  ASSERT_TRUE(included);
  const auto receipt = call<chain::GetReceipt>({{}, sent->transaction});
  ASSERT_OK(receipt);
  EXPECT_TRUE(receipt->succeeded);
  EXPECT_EQ(receipt->verified, "full");
  anvil_.mine(3);
  EXPECT_TRUE(becomes(sent->transaction, "confirmed"));
  catch_up();
  EXPECT_EQ(call<chain::Balance>(of(anvil_.account(1)))->balance, "0x21e19e0c9bab2400064");
}

TEST_F(Changing, TheSameTransactionAgainIsNoMistakeAndABadOneIs) {
  start({anvil_.url()});
  anvil_.rpc("evm_setAutomine", {Value(false)});
  const std::string raw = anvil_.sign(0, Value::map({{"to", anvil_.account(1)}, {"value", "0x64"}}));
  const auto first = call<chain::SendRawTransaction>({{}, hex(raw)});
  ASSERT_OK(first);
  const auto again = call<chain::SendRawTransaction>({{}, hex(raw)});
  ASSERT_OK(again);
  EXPECT_EQ(first->transaction, again->transaction);
  const auto pending = call<chain::GetTransaction>({{}, first->transaction});
  ASSERT_OK(pending);
  EXPECT_EQ(pending->verified, "partial");
  EXPECT_FALSE(pending->index);
  const std::string poor =
      anvil_.sign(1, Value::map({{"to", anvil_.account(0)}, {"value", "0xffffffffffffffffffffffff"}}));
  EXPECT_EQ(call<chain::SendRawTransaction>({{}, hex(poor)}).error().reason, "chain.rejected");
}

TEST_F(Changing, AReorganisationIsSaid) {
  start({anvil_.url(), anvil_.twin_url()});
  const Value snapshot = anvil_.rpc("evm_snapshot");
  const auto sent = send_a_transfer();
  ASSERT_OK(sent);
  ASSERT_TRUE(becomes(sent->transaction, "included"));
  catch_up();  // its block may be known before it is the newest
  const std::size_t before = node_->events().size();
  anvil_.rpc("evm_revert", {snapshot});
  EXPECT_TRUE(event("head", "reorganised", true, before));
  anvil_.mine(2);  // another block in the place of the one that had it
  EXPECT_TRUE(becomes(sent->transaction, "pending", before));
  catch_up();
  EXPECT_EQ(call<chain::Balance>(of(anvil_.account(1)))->balance, "0x21e19e0c9bab2400000");
}

TEST_F(Changing, ANodeThatDiesInACallIsComeBackTo) {
  start({anvil_.url()}, {"chain.attempt_ms=60000"});
  anvil_.mine();
  catch_up();
  anvil_.freeze();
  chain::Balance::Request request = of(anvil_.account(3));
  auto balance = std::async(std::launch::async, [&] { return call<chain::Balance>(request); });
  anvil_.replace();
  // An error or, where the question came to the new one, the answer of that.
  const auto first = balance.get();
  if (!first && first.error().reason.starts_with("chain.")) {
    EXPECT_THAT(first.error().message, HasSubstr(anvil_.name()));
  }
  anvil_.mine(5);
  catch_up();
  const auto after = call<chain::Balance>(request);
  ASSERT_OK(after);
  EXPECT_EQ(after->verified, "partial");
}

// Between the node and the module: it passes on, and changes what it is told to.
class Between {
 public:
  explicit Between(const Anvil& node) : node_(node) {}
  chain::test::RpcServer& server() { return server_; }
  std::string name() const { return server_.name(); }
  void lie_about(const std::string& method, std::function<void(Value&)> lie) {
    server_.set_handler([this, method, lie](const std::string& asked, const Value::Array& params) -> Result<Value> {
      Result<Value> result = pass_on(asked, params);
      if (result && asked == method) lie(*result);
      return result;
    });
  }

 private:
  Result<Value> pass_on(const std::string& method, const Value::Array& params) const {
    try {
      return node_.rpc(method, params);
    } catch (const std::exception& error) {
      return fail(Code::unavailable, "test.anvil", error.what());
    }
  }

  const Anvil& node_;
  chain::test::RpcServer server_{
      [this](const std::string& method, const Value::Array& params) { return pass_on(method, params); }};
};

TEST_F(Changing, ASlowAndAFailingEndpointCostNobodyAnAnswer) {
  Between slow(anvil_);
  Between failing(anvil_);
  start({slow.server().url(), failing.server().url(), anvil_.url()}, {"chain.agree=1", "chain.attempt_ms=500"});
  slow.server().hold();
  failing.server().set_status(500);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto balance = call<chain::Balance>(of(anvil_.account(i)));
    ASSERT_OK(balance);
    EXPECT_EQ(balance->balance, "0x21e19e0c9bab2400000");
  }
  anvil_.mine();
  catch_up();
  const auto status = call<chain::GetStatus>({});
  ASSERT_OK(status);
  EXPECT_EQ(status->readiness, "ready");
  ASSERT_EQ(status->endpoints.size(), 3U);
  EXPECT_GT(status->endpoints[0].failures, 0U);
  EXPECT_GT(status->endpoints[1].failures, 0U);
  slow.server().release();
}

TEST_F(Changing, AnEndpointThatLiesIsNamed) {
  Between liar(anvil_);
  start({liar.server().url()});
  liar.lie_about("eth_getProof", [](Value& proof) { proof.set("balance", "0xffffffffffff"); });
  const auto balance = call<chain::Balance>(of(anvil_.account(0)));
  ASSERT_FALSE(balance);
  EXPECT_EQ(balance.error().code, Code::data_loss);
  EXPECT_EQ(balance.error().reason, "chain.endpoint_lied");
  EXPECT_THAT(balance.error().message, HasSubstr(liar.name()));
  EXPECT_EQ(call<chain::GetStatus>({})->endpoints.at(0).lies, 1U);
}

TEST_F(Changing, ALieAboutABlocksContentIsFound) {
  const std::string coins = deploy_erc20(anvil_, 1'000'000);
  const Value sent = anvil_.send(0, Value::map({{"to", coins}, {"data", transfer(anvil_.account(1), 42)}}));
  const HexBytes hash = hex(sent.string_or("transactionHash", ""));
  const auto first = [](Value& list) -> Value& { return list.as_array()->front(); };
  const std::vector<std::pair<const char*, std::function<void(Value&)>>> lies = {
      {"eth_getBlockReceipts", [&](Value& list) { first(list).set("status", "0x0"); }},
      {"eth_getBlockReceipts", [&](Value& list) { first(list).set("logs", Value::Array{}); }},
      {"eth_getBlockByHash",
       [&](Value& block) {
         Value& transaction = first(*block.find("transactions"));
         if (transaction.as_map() != nullptr) transaction.set("value", "0x1");
       }},
      {"eth_getTransactionReceipt", [&](Value& receipt) {
         receipt.set("blockHash", anvil_.rpc("eth_getBlockByNumber", {"0x1", false}).string_or("hash", ""));
       }}};
  for (const auto& [method, lie] : lies) {
    Between liar(anvil_);
    start({liar.server().url()});
    catch_up();
    liar.lie_about(method, lie);
    const auto receipt = call<chain::GetReceipt>({{}, hash});
    ASSERT_FALSE(receipt) << method;
    EXPECT_EQ(receipt.error().reason, "chain.endpoint_lied") << method;
    EXPECT_THAT(receipt.error().message, HasSubstr(liar.name()));
  }
}

}  // namespace
}  // namespace status::test
