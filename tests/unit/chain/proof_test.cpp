// Real proofs, and each kind of lie about them.
#include <gtest/gtest.h>

#include "services/chain/ethereum/account.h"
#include "services/chain/ethereum/header.h"
#include "services/chain/ethereum/trie_proof.h"
#include "tests/unit/chain/vectors.h"

namespace status::chain::test {
namespace {

// One answer of eth_getProof, with what it was asked for.
struct Asked {
  Value answer;
  Hash root{};
  Address of{};
  std::vector<U256> slots;

  Result<ProvenAccount> check() const { return check_account(answer, root, of, slots); }
  // Whether the answer is found to be a lie after `change`.
  template <class Change>
  bool is_lie_after(Change change) const {
    Asked changed = *this;
    change(changed);
    return is_lie(changed.check());
  }
};

Asked mainnet() {
  Asked asked{vector("storage_proof"), read_header(vector("proof_block"))->state_root, kWeth, {}};
  asked.slots.push_back(*U256::parse(at(asked.answer, {"storageProof", "0", "key"}).as_string()->c_str()));
  return asked;
}

Asked anvil(const std::string& member) {
  Asked asked{vector("anvil", member), read_header(vector("anvil", "block"))->state_root, {}, {}};
  asked.of = address(asked.answer.string_or("address", ""));
  for (const Value& slot : *asked.answer.find("storageProof")->as_array())
    asked.slots.push_back(*U256::parse(slot.string_or("key", "")));
  return asked;
}

TEST(Proof, OfMainnetHolds) {
  const auto proven = mainnet().check();
  ASSERT_TRUE(proven) << proven.error().describe();
  EXPECT_EQ(proven->account.balance.text(), "0x1d663f6a4afc5b01abb5d");
  EXPECT_EQ(proven->account.nonce, 1U);
  ASSERT_EQ(proven->slots.size(), 1U);
  EXPECT_FALSE(proven->slots[0].is_zero());
}

TEST(Proof, OfANodeHolds) {
  const auto account = anvil("account").check();
  ASSERT_TRUE(account) << account.error().describe();
  EXPECT_EQ(account->account.nonce, 3U);
  EXPECT_EQ(account->account.code_hash, empty_code_hash());
  const auto contract = anvil("contract").check();
  ASSERT_TRUE(contract) << contract.error().describe();
  EXPECT_EQ(contract->slots[0].text(), "0xd3c21bcecceda1000000");  // 10^24 tokens
  EXPECT_TRUE(contract->slots[1].is_zero()) << "it is proven that nothing is there";
}

TEST(Proof, ShowsThatThereIsNobody) {
  const auto nobody = anvil("nobody").check();
  ASSERT_TRUE(nobody) << nobody.error().describe();
  EXPECT_TRUE(nobody->account.balance.is_zero());
  EXPECT_EQ(nobody->account.nonce, 0U);
}

TEST(Proof, OfChangedValuesIsALie) {
  for (const Asked& asked : {mainnet(), anvil("account"), anvil("contract"), anvil("nobody")}) {
    for (const char* member : {"balance", "nonce", "codeHash", "storageHash"}) {
      EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { change_last_digit(at(a.answer, {member})); })) << member;
      EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { a.answer.set(member, Value()); })) << member;
    }
  }
  EXPECT_TRUE(mainnet().is_lie_after([](Asked& a) {
    change_last_digit(at(a.answer, {"storageProof", "0", "value"}));
  }));
  EXPECT_TRUE(anvil("contract").is_lie_after([](Asked& a) {
    at(a.answer, {"storageProof", "1"}).set("value", "0x1");
  }));
}

TEST(Proof, WithANodeLeftOutIsALie) {
  const Asked asked = mainnet();
  const std::size_t count = asked.answer.find("accountProof")->as_array()->size();
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(asked.is_lie_after([&](Asked& a) {
      Value::Array& nodes = *at(a.answer, {"accountProof"}).as_array();
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(i));
    })) << i;
  }
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) { at(a.answer, {"accountProof"}).as_array()->clear(); }));
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) {
    at(a.answer, {"storageProof", "0", "proof"}).as_array()->pop_back();
  }));
}

TEST(Proof, WithABitFlippedIsALie) {
  const Asked asked = mainnet();
  const std::size_t count = asked.answer.find("accountProof")->as_array()->size();
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(asked.is_lie_after([&](Asked& a) {
      change_last_digit(at(a.answer, {"accountProof", std::to_string(i)}));
    })) << i;
  }
}

TEST(Proof, AgainstAnotherRootOrBlockIsALie) {
  EXPECT_TRUE(mainnet().is_lie_after([](Asked& a) { a.root[31] ^= 1U; }));
  EXPECT_TRUE(mainnet().is_lie_after([](Asked& a) { a.root = read_header(vector("22431083"))->state_root; }));
  EXPECT_TRUE(mainnet().is_lie_after([](Asked& a) { a.root = empty_trie_root(); }));
}

TEST(Proof, OfAnotherAccountIsALie) {
  const Asked other = anvil("other");
  const Asked asked = anvil("account");
  EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { a.answer = other.answer; }));
  EXPECT_TRUE(asked.is_lie_after([&](Asked& a) {
    a.answer = other.answer;
    a.answer.set("address", to_text(a.of));
  })) << "under the name of the one that was asked for";
}

TEST(Proof, OfAnotherSlotIsALie) {
  const Asked asked = anvil("contract");
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) {
    std::swap(at(a.answer, {"storageProof", "0"}), at(a.answer, {"storageProof", "1"}));
  }));
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) { at(a.answer, {"storageProof"}).as_array()->pop_back(); }));
}

TEST(Proof, ThatSomebodyIsNobodyIsALie) {
  const Asked nobody = anvil("nobody");
  EXPECT_TRUE(anvil("account").is_lie_after([&](Asked& a) {
    const Value name = *a.answer.find("address");
    a.answer = nobody.answer;
    a.answer.set("address", name);
  }));
  EXPECT_TRUE(mainnet().is_lie_after([](Asked& a) {  // the way there breaks off, and the values are those of nobody
    at(a.answer, {"accountProof"}).as_array()->pop_back();
    a.answer.set("balance", "0x0");
    a.answer.set("nonce", "0x0");
  }));
}

TEST(Proof, ThatIsTruncatedOrTooLargeIsALie) {
  const Asked asked = mainnet();
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) {
    std::string& node = *at(a.answer, {"accountProof", "8"}).as_string();
    node.resize(node.size() - 2);
  }));
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) {
    at(a.answer, {"accountProof"}).as_array()->push_back(at(a.answer, {"accountProof", "8"}));
  }));
  EXPECT_TRUE(
      asked.is_lie_after([](Asked& a) { at(a.answer, {"accountProof"}).as_array()->resize(100'000, Value("0x80")); }));
  EXPECT_TRUE(asked.is_lie_after([](Asked& a) {
    at(a.answer, {"accountProof", "0"}) = Value("0x" + std::string(1U << 20U, '0'));
  }));
  for (const Value& other : {Value(), Value("0x80"), Value(1), Value(Value::Map())}) {
    EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { at(a.answer, {"accountProof", "0"}) = other; }));
    EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { at(a.answer, {"accountProof"}) = other; }));
    EXPECT_TRUE(asked.is_lie_after([&](Asked& a) { a.answer = other; }));
  }
}

TEST(Proof, IsOfKeysInATrieThatMayBeEmpty) {
  const auto nothing = prove(empty_trie_root(), hash(std::string(64, '1')), {});
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  EXPECT_TRUE(is_lie(prove(empty_trie_root(), hash(std::string(64, '1')), {Bytes{0xc0}})));
}

TEST(Code, IsTheAccountsOwn) {
  const Account account = anvil("contract").check()->account;
  Bytes code = *from_hex(vector("anvil", "code").as_string()->c_str());
  EXPECT_TRUE(check_code(code, account));
  EXPECT_TRUE(check_code({}, anvil("account").check()->account));
  code.back() ^= 1U;
  EXPECT_TRUE(is_lie(check_code(code, account)));
  EXPECT_TRUE(is_lie(check_code({}, account)));
}

}  // namespace
}  // namespace status::chain::test
