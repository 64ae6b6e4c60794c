// What a front end reads from a real chain, proven.
#include <gmock/gmock.h>

#include "tests/chain/chain_node.h"
#include "tests/chain/contracts.h"
#include "tests/support/patience.h"

namespace status::test {
namespace {

using testing::HasSubstr;

#define ASSERT_OK(result) ASSERT_TRUE(result) << (result).error().describe()

using Reading = ChainNode;

TEST_F(Reading, BalancesAreTheNodesOwnAndProven) {
  anvil_.send(0, Value::map({{"to", anvil_.account(1)}, {"value", "0x64"}}));
  start({anvil_.url(), anvil_.twin_url()});
  catch_up();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto balance = call<chain::Balance>(of(anvil_.account(i)));
    ASSERT_OK(balance);
    EXPECT_EQ(balance->balance, *anvil_.rpc("eth_getBalance", {anvil_.account(i), "latest"}).as_string());
    EXPECT_EQ(balance->verified, "full");
    EXPECT_EQ(balance->block.hash.text(), anvil_.rpc("eth_getBlockByNumber", {"latest", false}).string_or("hash", ""));
  }
  const auto nobody = call<chain::Balance>(of("0x00000000000000000000000000000000deadbeef"));
  ASSERT_OK(nobody);
  EXPECT_EQ(nobody->balance, "0x0");
  EXPECT_EQ(nobody->verified, "full");
  const auto nonce = call<chain::Nonce>(of(anvil_.account(0)));
  ASSERT_OK(nonce);
  EXPECT_EQ(nonce->nonce, 1U);
  chain::Balance::Request before = of(anvil_.account(0));
  before.number = 1;
  const auto earlier = call<chain::Balance>(before);
  ASSERT_OK(earlier);
  EXPECT_EQ(earlier->balance, "0x21e19e0c9bab2400000");
  EXPECT_EQ(earlier->block.number, 1U);
}

TEST_F(Reading, OneEndpointIsBelievedInPartAndAnAttachedOneIsNot) {
  start({anvil_.url()});
  EXPECT_EQ(call<chain::Balance>(of(anvil_.account(0)))->verified, "partial");
  start({anvil_.url()}, {"chain.backend=attach"});
  const auto balance = call<chain::Balance>(of(anvil_.account(0)));
  ASSERT_OK(balance);
  EXPECT_EQ(balance->verified, "none");
  EXPECT_EQ(balance->balance, "0x21e19e0c9bab2400000");
}

TEST_F(Reading, TokensOfBothKinds) {
  const std::string coins = deploy_erc20(anvil_, 1'000'000);
  const std::string things = deploy_erc721(anvil_);
  anvil_.send(0, Value::map({{"to", coins}, {"data", transfer(anvil_.account(1), 42)}}));
  anvil_.send(0, Value::map({{"to", things}, {"data", mint(anvil_.account(2))}}));
  for (const char* backend : {"embedded", "attach"}) {
    start({anvil_.url(), anvil_.twin_url()}, {std::string("chain.backend=") + backend});
    catch_up();
    const auto has = ask(coins, balance_of(anvil_.account(1)));
    ASSERT_OK(has);
    EXPECT_EQ(has->result.text(), "0x" + word(42));
    EXPECT_EQ(has->verified, std::string(backend) == "embedded" ? "partial" : "none");
    const auto owner = ask(things, owner_of(0));
    ASSERT_OK(owner);
    EXPECT_EQ(owner->result.text(), "0x" + word(anvil_.account(2)));
    const auto nobodys = ask(things, owner_of(7));
    ASSERT_FALSE(nobodys);
    EXPECT_EQ(nobodys.error().reason, "chain.reverted");
    EXPECT_THAT(nobodys.error().message, HasSubstr("invalid token ID"));
  }
}

TEST_F(Reading, CodeAndStorageAreProven) {
  const std::string coins = deploy_erc20(anvil_, 1'000'000);
  start({anvil_.url(), anvil_.twin_url()});
  catch_up();
  const auto code = call<chain::GetCode>(of(coins));
  ASSERT_OK(code);
  EXPECT_EQ(code->code.text(), *anvil_.rpc("eth_getCode", {coins, "latest"}).as_string());
  EXPECT_EQ(code->verified, "full");
  chain::StorageAt::Request supply;
  supply.address = hex(coins);
  supply.slot = "0x2";
  const auto slot = call<chain::StorageAt>(supply);
  ASSERT_OK(slot);
  EXPECT_EQ(slot->value, "0xf4240");
  EXPECT_EQ(slot->verified, "full");
}

TEST_F(Reading, WhatIsInBlocks) {
  const std::string coins = deploy_erc20(anvil_, 1'000'000);
  const Value sent = anvil_.send(0, Value::map({{"to", coins}, {"data", transfer(anvil_.account(1), 42)}}));
  anvil_.mine(3);
  for (const char* backend : {"embedded", "attach"}) {
    start({anvil_.url(), anvil_.twin_url()}, {std::string("chain.backend=") + backend});
    catch_up();
    const std::string verified = std::string(backend) == "embedded" ? "full" : "none";
    const chain::OfTransaction which{{}, hex(sent.string_or("transactionHash", ""))};
    const auto receipt = call<chain::GetReceipt>(which);
    ASSERT_OK(receipt);
    EXPECT_TRUE(receipt->succeeded);
    EXPECT_EQ(receipt->verified, verified);
    EXPECT_EQ(receipt->from.text(), anvil_.account(0));
    EXPECT_EQ(receipt->to->text(), coins);
    EXPECT_EQ(receipt->gas_used, std::stoull(sent.string_or("gasUsed", ""), nullptr, 16));
    EXPECT_EQ(receipt->effective_gas_price, sent.string_or("effectiveGasPrice", ""));
    ASSERT_EQ(receipt->logs.size(), 1U);
    EXPECT_EQ(receipt->logs[0].topics[0].text(), kTransferEvent);
    const auto transaction = call<chain::GetTransaction>(which);
    ASSERT_OK(transaction);
    EXPECT_EQ(transaction->verified, verified);
    EXPECT_EQ(transaction->index, 0U);
    EXPECT_EQ(transaction->input.text(), transfer(anvil_.account(1), 42));
    chain::GetBlock::Request of_it;
    of_it.number = receipt->block.number;
    const auto block = call<chain::GetBlock>(of_it);
    ASSERT_OK(block);
    EXPECT_EQ(block->verified, verified);
    EXPECT_EQ(block->transactions, std::vector<HexBytes>{which.transaction});
    chain::GetLogs::Request transfers;
    transfers.addresses = {hex(coins)};
    transfers.topics = {{{hex(kTransferEvent)}}, {}, {{hex("0x" + word(anvil_.account(1)))}}};
    const auto logs = call<chain::GetLogs>(transfers);
    ASSERT_OK(logs);
    EXPECT_EQ(logs->verified, verified);
    ASSERT_EQ(logs->logs.size(), 1U);
    EXPECT_EQ(logs->logs[0].transaction, which.transaction);
    EXPECT_EQ(logs->logs[0].block_hash, receipt->block.hash);
    EXPECT_EQ(logs->logs[0].log_index, 0U);
  }
}

TEST_F(Reading, FeesGasAndCallsAsTheyAre) {
  start({anvil_.url()});
  const auto fees = call<chain::GetFees>({});
  ASSERT_OK(fees);
  EXPECT_EQ(fees->verified, "none");
  EXPECT_NE(fees->base_fee, "0x0");
  chain::EstimateGas::Request plain;
  plain.from = hex(anvil_.account(0));
  plain.to = hex(anvil_.account(1));
  plain.value = "0x1";
  const auto gas = call<chain::EstimateGas>(plain);
  ASSERT_OK(gas);
  EXPECT_GE(gas->gas, 21'000U);
  const auto version = call<chain::Rpc>({{}, "web3_clientVersion", Value::Array{}});
  ASSERT_OK(version);
  EXPECT_THAT(*version->result.as_string(), HasSubstr("anvil"));
  EXPECT_EQ(call<chain::Rpc>({{}, "anvil_setBalance", Value::Array{}}).error().reason, "chain.not_allowed");
  EXPECT_EQ(call<chain::GetFees>({"sepolia"}).error().reason, "chain.unknown_network");
}

}  // namespace
}  // namespace status::test
