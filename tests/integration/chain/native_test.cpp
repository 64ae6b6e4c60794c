// chain on its backend `native`: the verified proxy's library in a process of its own, and what becomes of calls when that
// ends.
#include <gmock/gmock.h>

#include <future>

#include "services/chain/api.h"
#include "services/native/api.h"
#include "tests/support/assert_ok.h"
#include "tests/support/native_library.h"
#include "tests/support/process_node.h"
#include "tests/unit/chain/mainnet.h"

namespace status::test {
namespace {

using chain::test::kWethBalance;
using chain::test::Mainnet;
using testing::HasSubstr;

class NativeChain : public testing::Test {
 protected:
  void start(const std::vector<std::string>& settings = {}) {
    install_native_library(node_.data_dir(),
                           {.library = "fixture_verifproxy",
                            .family = "verifproxy",
                            .generation = "0.4",
                            .config = "trustedBlockRoot = \"0x01\", eth2Network = \"mainnet\", executionApiUrls = \"" +
                                      execution_.url() + "\"",
                            .settings = settings,
                            .module = "chain_native"});
    ASSERT_OK(node_.start());
    ASSERT_TRUE(node_.events().wait_for(
        [](const EventLog::Event& event) {
          return event.topic == "chain.readiness" && event.data.string_or("readiness", "") == "ready";
        },
        kPatience))
        << node_.report();
  }
  Result<chain::Balance::Reply> balance() {
    chain::Balance::Request request;
    request.address.bytes = *from_hex("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    return node_.front().call<chain::Balance>("chain", request);
  }
  Result<Value> library_call(const std::string& method) {
    const Value arguments = Value::map({{"method", method}, {"params", "[]"}});
    return node_.front().call("chain_native.call", Value::map({{"function", "proxyCall"}, {"arguments", arguments}}));
  }
  // Once the library's new process is there, and the module asks it.
  Result<chain::Balance::Reply> insist_on_balance(std::uint64_t after) {
    if (Status ready = node_.await_ready("chain_native", after); !ready) return fail(ready.error());
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    auto reply = balance();
    while (!reply && std::chrono::steady_clock::now() < deadline) reply = balance();
    return reply;
  }

  Mainnet execution_{chain::test::block_of_now(std::chrono::hours(1))};
  ProcessNode node_{{.settings = without_backoff({"modules=[\"chain\"]", "chain.backend=native", "chain.poll_ms=20"}),
                     .arguments = {}}};
};

TEST_F(NativeChain, WhatTheLibraryHasVerifiedIsProven) {
  start();
  const auto has = balance();
  ASSERT_OK(has);
  EXPECT_EQ(has->balance, kWethBalance);
  EXPECT_EQ(has->verified, "full");
  const auto status = node_.front().call<chain::GetStatus>("chain", {});
  ASSERT_OK(status);
  EXPECT_EQ(status->backend, "native");
  ASSERT_EQ(status->endpoints.size(), 1U);
  EXPECT_EQ(status->endpoints[0].name, "chain_native");
  EXPECT_TRUE(status->endpoints[0].is_proxy);
  chain::CallContract::Request call;
  call.to = {*from_hex("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")};
  const auto answer = node_.front().call<chain::CallContract>("chain", call);
  ASSERT_OK(answer);
  EXPECT_EQ(answer->result.text(), "0x01");
  EXPECT_EQ(answer->verified, "full");
}

TEST_F(NativeChain, AnErrorOfTheLibraryIsInItsWords) {
  start();
  const auto failed = library_call("fixture_fails");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, "native.library_error");
  EXPECT_EQ(failed.error().message, "ValueError: no such thing");
}

TEST_F(NativeChain, QuittingEndsTheLibrarysProcessAlone) {
  start();
  const auto before = node_.row("chain");
  const auto library = node_.row("chain_native");
  ASSERT_OK(before);
  ASSERT_OK(library);
  ASSERT_FALSE(library_call("fixture_quits"));
  const auto has = insist_on_balance(library->generation);
  ASSERT_OK(has);
  EXPECT_EQ(has->balance, kWethBalance);
  EXPECT_EQ(node_.row("chain")->pid, before->pid);
}

TEST_F(NativeChain, ALibraryThatDoesNotReturnIsStartedAnew) {
  start({"turn_within_ms = 2000"});
  const auto library = node_.row("chain_native");
  ASSERT_OK(library);
  ASSERT_FALSE(library_call("fixture_hangs"));
  ASSERT_OK(insist_on_balance(library->generation));
}

TEST_F(NativeChain, ACallDuringTheDeathOfTheLibraryFailsAtOnceAndIsAnsweredLater) {
  start();
  const auto library = node_.row("chain_native");
  ASSERT_OK(library);
  execution_.server().hold();
  auto first = std::async(std::launch::async, [this] { return balance(); });
  ASSERT_TRUE(execution_.server().await_call("eth_getBalance"));
  ASSERT_OK(node_.kill("chain_native"));
  const auto cut_off = first.get();
  ASSERT_FALSE(cut_off);
  EXPECT_EQ(cut_off.error().code, Code::unavailable) << cut_off.error().describe();
  execution_.server().release();
  ASSERT_OK(insist_on_balance(library->generation));
}

TEST(NativeChainSettings, EndpointsBelongToTheLibrary) {
  ProcessNode node(
      {.settings = {"modules=[\"chain\"]", "chain.backend=native", "chain.endpoints=[\"http://127.0.0.1:1\"]"},
       .arguments = {}});
  install_native_library(node.data_dir(), {.library = "fixture_verifproxy",
                                           .family = "verifproxy",
                                           .generation = "0.4",
                                           .config = "trustedBlockRoot = \"0x01\"",
                                           .settings = {},
                                           .module = "chain_native"});
  node.statusd().start();
  EXPECT_TRUE(node.statusd().wait_for("chain: starting → failed")) << node.report();
  EXPECT_THAT(node.report(), HasSubstr("executionApiUrls"));
}

}  // namespace
}  // namespace status::test
