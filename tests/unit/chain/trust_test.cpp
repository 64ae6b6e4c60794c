// Whom the embedded backend believes: each kind of lie names its endpoint, and costs nobody an answer while somebody
// else knows better.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/chain/mainnet.h"

namespace status::chain::test {
namespace {

using testing::HasSubstr;

struct Lie {
  const char* name;
  const char* method;
  std::function<void(Value&)> tell;
};

std::vector<Lie> lies() {
  return {{"another balance", "eth_getProof", [](Value& answer) { answer.set("balance", "0x1"); }},
          {"a node left out", "eth_getProof",
           [](Value& answer) {
             at(answer, {"accountProof"}).as_array()->erase(at(answer, {"accountProof"}).as_array()->begin() + 3);
           }},
          {"a bit flipped", "eth_getProof",
           [](Value& answer) {
             change_last_digit(at(answer, {"accountProof", "2"}));
           }},
          {"another account", "eth_getProof",
           [](Value& answer) { answer.set("address", "0x00000000000000000000000000000000deadbeef"); }},
          {"nobody is there", "eth_getProof",
           [](Value& answer) {
             at(answer, {"accountProof"}).as_array()->clear();
             answer.set("balance", "0x0");
             answer.set("nonce", "0x0");
           }},
          {"truncated", "eth_getProof",
           [](Value& answer) {
             at(answer, {"accountProof", "8"}).as_string()->resize(40);
           }},
          {"too large", "eth_getProof",
           [](Value& answer) {
             at(answer, {"accountProof"}).as_array()->resize(70, at(answer, {"accountProof", "0"}));
           }},
          {"no proof at all", "eth_getProof", [](Value& answer) { answer = Value(kWethBalance); }},
          {"a header that is not of its hash", "eth_getBlockByNumber", [](Value& answer) {
             if (!answer.is_null()) answer.set("stateRoot", "0x" + std::string(64, '1'));
           }}};
}

// What is told stays on one line of the log, and says who and what.
TEST(Trust, ALonelyLiarIsNamed) {
  for (const Lie& lie : lies()) {
    Mainnet liar;
    RunningBackend running({liar.url()}, EndpointMode::embedded);
    running.heard().head();  // honest until now
    liar.lie(lie.method, lie.tell);
    if (std::string(lie.method) == "eth_getProof") {
      const auto balance = running.balance();
      ASSERT_TRUE(is_lie(balance)) << lie.name;
      EXPECT_THAT(balance.error().message, HasSubstr(liar.name())) << lie.name;
    }
    EXPECT_THAT(running.heard().notice_with("lied"), HasSubstr(liar.name())) << lie.name;
    EXPECT_EQ(running.endpoint(liar.name()).lies, 1U) << lie.name;
    EXPECT_EQ(running.endpoint(liar.name()).health, 0) << lie.name;
  }
}

// Whom a question goes to first is for the fastest to say: as often as it takes until that was the liar.
TEST(Trust, ALiarAmongOthersCostsNobodyAnAnswer) {
  for (const Lie& lie : lies()) {
    Mainnet liar;
    Mainnet first;
    Mainnet second;
    liar.lie(lie.method, lie.tell);
    bool was_asked = false;
    for (int tries = 0; tries < 100 && !was_asked; ++tries) {
      RunningBackend running({liar.url(), first.url(), second.url()}, EndpointMode::embedded);
      running.heard().head();
      const auto balance = running.balance();
      ASSERT_TRUE(balance) << lie.name << ": " << balance.error().describe();
      EXPECT_EQ(balance->value.text(), kWethBalance);
      EXPECT_EQ(balance->against.verified, Verified::full);
      was_asked = running.endpoint(liar.name()).lies == 1;
      if (was_asked) {
        EXPECT_THAT(running.heard().notice_with("lied"), HasSubstr(liar.name())) << lie.name;
      }
      EXPECT_EQ(running.endpoint(first.name()).lies, 0U);
    }
    EXPECT_TRUE(was_asked) << lie.name;
  }
}

TEST(Trust, OneEndpointIsBelievedInPart) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::embedded);
  EXPECT_EQ(running.heard().head().against.verified, Verified::partial);
  const auto balance = running.balance();
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->against.verified, Verified::partial);
  EXPECT_EQ(balance->against.number, 0x1625d67U);
}

TEST(Trust, TwoThatAgreeAreBelieved) {
  Mainnet first;
  Mainnet second;
  RunningBackend running({first.url(), second.url()}, EndpointMode::embedded);
  EXPECT_EQ(running.heard().head().against.verified, Verified::full);
}

TEST(Trust, TwoThatDisagreeAreNot) {
  Mainnet first;
  Mainnet other;
  const Value block = vector("22431083");
  other.lie("eth_getBlockByNumber", [&](Value& answer) { answer = block; });
  RunningBackend running({first.url(), other.url()}, EndpointMode::embedded);
  EXPECT_NE(running.heard().readiness(), Readiness::ready);
  EXPECT_EQ(running.balance().error().reason, "chain.connecting");
}

// It is the others' word against its own, three times in a row.
TEST(Trust, OneThatDissentsIsNamed) {
  Mainnet first;
  Mainnet second;
  Mainnet dissenter;
  Value fork = vector("proof_block");
  fork.set("extraData", "0x");
  fork = rehashed(std::move(fork));
  dissenter.lie("eth_getBlockByNumber", [&](Value& answer) {
    if (!answer.is_null()) answer = fork;
  });
  RunningBackend running({first.url(), second.url(), dissenter.url()}, EndpointMode::embedded);
  EXPECT_EQ(running.heard().head().against.hash, hash(vector("proof_block").string_or("hash", "")));
  EXPECT_THAT(running.heard().notice_with("lied"), HasSubstr(dissenter.name()));
}

TEST(Trust, AProxysWordOnBlocksIsEnough) {
  Mainnet node;
  Mainnet proxy;
  RunningBackend running({node.url()}, EndpointMode::embedded,
                         [&](NetworkSettings& settings) { settings.proxies = {proxy.url()}; });
  EXPECT_EQ(running.heard().head().against.verified, Verified::full);
  const auto balance = running.balance();
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->against.verified, Verified::full);
}

TEST(Trust, ACheckpointIsBelievedAndDemanded) {
  const std::string pinned = vector("proof_block").string_or("hash", "");
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::embedded,
                         [&](NetworkSettings& settings) { settings.checkpoint = pinned; });
  running.heard().head();
  const auto balance = running.balance({{}, hash(pinned)});
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->against.verified, Verified::full);

  RunningBackend other({node.url()}, EndpointMode::embedded, [&](NetworkSettings& settings) {
    settings.checkpoint = vector("22431083").string_or("hash", "");
  });
  EXPECT_THAT(other.heard().notice_with("checkpoint"), HasSubstr(node.name()));
  EXPECT_FALSE(other.balance());
}

TEST(Trust, AnotherChainIsNone) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::embedded,
                         [](NetworkSettings& settings) { settings.network = "sepolia"; });
  EXPECT_THAT(running.heard().notice_with("chain 1"), HasSubstr(node.name()));
  EXPECT_FALSE(running.balance());
}

TEST(Trust, AnOldHeadIsStale) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::embedded);
  EXPECT_EQ(running.heard().readiness(), Readiness::stale);
  EXPECT_THAT(running.status().why, HasSubstr("s ago"));
}

TEST(Trust, WithoutEndpointsItIsConnecting) {
  RunningBackend running({}, EndpointMode::embedded);
  EXPECT_EQ(running.heard().readiness(), Readiness::connecting);
  EXPECT_THAT(running.status().why, HasSubstr("chain.endpoints"));
  EXPECT_THAT(running.balance().error().message, HasSubstr("chain.endpoints"));
}

TEST(Trust, AnAttachedNodeIsBelievedAndSaysSo) {
  Mainnet node;
  RunningBackend running({node.url()}, EndpointMode::attach);
  EXPECT_EQ(running.heard().head().against.verified, Verified::none);
  const auto balance = running.balance();
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->value.text(), kWethBalance);
  EXPECT_EQ(balance->against.verified, Verified::none);
}

TEST(Trust, AnAttachedProxyVerifies) {
  Mainnet proxy;
  RunningBackend running({}, EndpointMode::attach,
                         [&](NetworkSettings& settings) { settings.proxies = {proxy.url()}; });
  running.heard().head();
  EXPECT_EQ(running.balance()->against.verified, Verified::full);
}

}  // namespace
}  // namespace status::chain::test
