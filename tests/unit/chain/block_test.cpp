// Real blocks: their hashes, transactions, withdrawals and receipts are recomputed, and what was changed is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/chain/ethereum/header.h"
#include "services/chain/ethereum/receipt.h"
#include "services/chain/ethereum/transaction.h"
#include "tests/unit/chain/vectors.h"

namespace status::chain::test {
namespace {

constexpr auto kBlocks = {"Frontier", "Homestead", "Byzantium", "Berlin",   "London",   "Paris",
                          "Shanghai", "22431080",  "22431081",  "22431082", "22431083", "proof_block"};

Header header_of(const Value& block) {
  const Result<Header> header = read_header(block);
  EXPECT_TRUE(header) << header.error().describe();
  return header.value_or(Header());
}

TEST(Block, OfEachForkIsRecomputed) {
  for (const char* name : kBlocks) {
    const Value block = vector(name);
    const Header header = header_of(block);
    EXPECT_EQ(to_text(header.hash), block.string_or("hash", ""));
    const auto transactions = read_transactions(block, header);
    ASSERT_TRUE(transactions) << name << ": " << transactions.error().describe();
    EXPECT_TRUE(check_withdrawals(block, header)) << name;
    for (const Transaction& transaction : *transactions) {
      const auto sender = check_sender(transaction);
      EXPECT_TRUE(sender) << name << ": " << sender.error().describe();
    }
  }
}

TEST(Block, InARowAreLinkedByTheirHashes) {
  Hash above = header_of(vector("22431083")).parent;
  for (const char* name : {"22431082", "22431081", "22431080"}) {
    const Header header = header_of(vector(name));
    EXPECT_EQ(header.hash, above) << name;
    above = header.parent;
  }
}

TEST(Block, WithAnyMemberOfItsHeaderChangedHasAnotherHash) {
  for (const char* member : {"parentHash",       "sha3Uncles",   "miner",         "stateRoot",
                             "transactionsRoot", "receiptsRoot", "logsBloom",     "difficulty",
                             "number",           "gasLimit",     "gasUsed",       "timestamp",
                             "extraData",        "mixHash",      "nonce",         "baseFeePerGas",
                             "withdrawalsRoot",  "blobGasUsed",  "excessBlobGas", "parentBeaconBlockRoot",
                             "requestsHash",     "hash"}) {
    Value block = vector("proof_block");
    change_last_digit(at(block, {member}));
    EXPECT_TRUE(is_lie(read_header(block))) << member;
    block.set(member, Value());
    EXPECT_TRUE(is_lie(read_header(block))) << member << " is missing";
    block.set(member, std::string("0x") + std::string(4'096, '1'));
    EXPECT_TRUE(is_lie(read_header(block))) << member << " is too long";
  }
}

TEST(Block, WithOtherTransactionsHasAnotherRoot) {
  const Value block = vector("22431082");
  const Header header = header_of(block);
  Value changed = block;
  at(changed, {"transactions"}).as_array()->pop_back();
  EXPECT_TRUE(is_lie(read_transactions(changed, header))) << "one is left out";
  changed = block;
  std::swap(at(changed, {"transactions", "0"}), at(changed, {"transactions", "1"}));
  EXPECT_TRUE(is_lie(read_transactions(changed, header))) << "in another order";
  for (const char* member : {"value", "to", "input", "nonce", "gas", "r", "s", "hash", "from", "type"}) {
    changed = block;
    change_last_digit(at(changed, {"transactions", "0", member}));
    const auto read = read_transactions(changed, header);
    const bool found = std::string(member) == "from" ? read && is_lie(check_sender(read->front())) : is_lie(read);
    EXPECT_TRUE(found) << member;
  }
  changed = block;
  at(changed, {"transactions", "0"}).set("type", "0x7e");
  EXPECT_EQ(read_transactions(changed, header).error().reason, "chain.unknown_type");
  changed = block;
  at(changed, {"transactions", "0"}) = Value(at(changed, {"transactions", "0", "hash"}));
  EXPECT_TRUE(is_lie(read_transactions(changed, header))) << "a hash in the place of a transaction";
}

TEST(Block, WithOtherWithdrawalsHasAnotherRoot) {
  const Value block = vector("22431082");
  const Header header = header_of(block);
  Value changed = block;
  change_last_digit(at(changed, {"withdrawals", "3", "amount"}));
  EXPECT_TRUE(is_lie(check_withdrawals(changed, header)));
  changed.set("withdrawals", Value());
  EXPECT_TRUE(is_lie(check_withdrawals(changed, header)));
}

TEST(Receipts, AreRecomputed) {
  const Header header = header_of(vector("anvil", "block"));
  const Value receipts = vector("anvil", "receipts");
  const auto read = read_receipts(receipts, header);
  ASSERT_TRUE(read) << read.error().describe();
  ASSERT_EQ(read->size(), 6U);
  std::size_t failed = 0;
  for (std::size_t i = 0; i < read->size(); ++i) {
    EXPECT_EQ(quantity((*read)[i].gas_used), receipts.as_array()->at(i).string_or("gasUsed", ""));
    failed += (*read)[i].succeeded ? 0U : 1U;
    for (const Log& log : (*read)[i].logs) EXPECT_TRUE(may_have(header.bloom, log.address));
  }
  EXPECT_EQ(failed, 1U);
  EXPECT_FALSE(may_have(header.bloom, address("0x00000000000000000000000000000000deadbeef")));
}

TEST(Receipts, WithAnythingChangedHaveAnotherRoot) {
  const Header header = header_of(vector("anvil", "block"));
  const Value receipts = vector("anvil", "receipts");
  std::string with_log;
  for (std::size_t i = 0; i < receipts.as_array()->size(); ++i) {
    if (!receipts.as_array()->at(i).find("logs")->as_array()->empty()) with_log = std::to_string(i);
  }
  ASSERT_FALSE(with_log.empty());
  const auto is_found = [&](const auto& change) {
    Value changed = receipts;
    change(changed);
    return is_lie(read_receipts(changed, header));
  };
  EXPECT_TRUE(is_found([&](Value& all) { change_last_digit(at(all, {"0", "status"})); }));
  EXPECT_TRUE(is_found([&](Value& all) { change_last_digit(at(all, {"0", "cumulativeGasUsed"})); }));
  EXPECT_TRUE(is_found([&](Value& all) { change_last_digit(at(all, {with_log, "logs", "0", "data"})); }));
  EXPECT_TRUE(is_found([&](Value& all) { change_last_digit(at(all, {with_log, "logs", "0", "topics", "1"})); }));
  EXPECT_TRUE(is_found([&](Value& all) { change_last_digit(at(all, {with_log, "logs", "0", "address"})); }));
  EXPECT_TRUE(is_found([&](Value& all) { at(all, {with_log, "logs"}).as_array()->clear(); }));
  EXPECT_TRUE(is_found([&](Value& all) { all.as_array()->pop_back(); }));
  EXPECT_TRUE(is_found([&](Value& all) { all = Value(); }));
}

}  // namespace
}  // namespace status::chain::test
