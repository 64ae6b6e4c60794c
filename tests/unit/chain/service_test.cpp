// The typed methods, over a backend that asks an endpoint of recorded answers.
#include "services/chain/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/support/openrpc_check.h"
#include "tests/unit/chain/mainnet.h"

namespace status::chain::test {
namespace {

using testing::HasSubstr;

class Recorded final : public EventSink {
 public:
  void publish(const HeadChanged& event) override { head_.set_value(event); }
  void publish(const ReadinessChanged&) override {}
  void publish(const TransactionStatus&) override {}
  void note(const std::string&) override {}
  void trouble(const std::string& network, const std::string& why) override {
    const std::lock_guard lock(mutex_);
    trouble_ = network + ": " + why;
  }
  void well(const std::string&) override {}

  HeadChanged head() { return head_.get_future().get(); }
  std::string in_trouble() {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  std::mutex mutex_;
  std::string trouble_;
  std::promise<HeadChanged> head_;
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    NetworkSettings settings;
    settings.endpoints = {node_.url()};
    settings.poll_ms = 20;
    backend_ = std::make_unique<EndpointBackend>(check(settings).value(), EndpointMode::embedded, thread_);
    service_ =
        std::make_unique<ChainService>(std::vector<ChainService::Served>{{"mainnet", 1, "embedded", backend_.get()}},
                                       events_, clock_, ServiceOptions{{"eth_call"}, 12});
    service_->start();
    head_ = events_.head();
  }
  ~ServiceTest() override { service_->stop(); }

  template <class M>
  Result<typename M::Reply> get(void (ChainService::*method)(const typename M::Request&, MonotonicTime,
                                                             Answer<typename M::Reply>),
                                const typename M::Request& request) {
    std::promise<Result<typename M::Reply>> answer;
    (service_.get()->*method)(request, std::chrono::steady_clock::now() + std::chrono::seconds(20),
                              [&](Result<typename M::Reply> reply) { answer.set_value(std::move(reply)); });
    return answer.get_future().get();
  }
  static Balance::Request of(const Address& address) {
    Balance::Request request;
    request.address.bytes = Bytes(address.begin(), address.end());
    return request;
  }

  Mainnet node_;
  SystemClock clock_;
  Recorded events_;
  IoThread thread_;
  std::unique_ptr<EndpointBackend> backend_;
  std::unique_ptr<ChainService> service_;
  HeadChanged head_;
};

TEST_F(ServiceTest, AnswersSayHowFarTheyMayBeBelievedAndOfWhichBlockTheyAre) {
  EXPECT_EQ(head_.network, "mainnet");
  const auto balance = get<Balance>(&ChainService::balance, of(kWeth));
  ASSERT_TRUE(balance) << balance.error().describe();
  EXPECT_EQ(balance->balance, kWethBalance);
  EXPECT_EQ(balance->verified, "partial");
  EXPECT_EQ(balance->block.number, head_.head.number);
  EXPECT_EQ(balance->block.hash, head_.head.hash);
  const auto nonce = get<Nonce>(&ChainService::nonce, of(kWeth));
  ASSERT_TRUE(nonce);
  EXPECT_EQ(nonce->nonce, 1U);
}

TEST_F(ServiceTest, BlocksAndNetworksThatAreNoneAreRefused) {
  Balance::Request both = of(kWeth);
  both.number = 1;
  both.hash = head_.head.hash;
  EXPECT_EQ(get<Balance>(&ChainService::balance, both).error().reason, "chain.bad_request");
  Balance::Request future = of(kWeth);
  future.number = head_.head.number + 1;
  EXPECT_EQ(get<Balance>(&ChainService::balance, future).error().reason, "chain.unknown_block");
  Balance::Request elsewhere = of(kWeth);
  elsewhere.network = "elsewhere";
  EXPECT_THAT(get<Balance>(&ChainService::balance, elsewhere).error().message, HasSubstr("chain.networks.elsewhere"));
  StorageAt::Request slot;
  slot.address = of(kWeth).address;
  slot.slot = "two";
  EXPECT_EQ(get<StorageAt>(&ChainService::storage_at, slot).error().reason, "chain.bad_request");
  GetLogs::Request logs;
  logs.from = 0;
  logs.to = 256;
  EXPECT_EQ(get<GetLogs>(&ChainService::logs, logs).error().reason, "chain.too_many_blocks");
}

TEST_F(ServiceTest, OnlyWhatIsAllowedIsPassedOn) {
  Rpc::Request request;
  request.method = "eth_call";
  const auto allowed = get<Rpc>(&ChainService::rpc, request);
  ASSERT_TRUE(allowed) << allowed.error().describe();
  EXPECT_EQ(allowed->verified, "none");
  request.params = "no list";
  EXPECT_EQ(get<Rpc>(&ChainService::rpc, request).error().reason, "chain.bad_request");
  request.method = "debug_setHead";
  EXPECT_EQ(get<Rpc>(&ChainService::rpc, request).error().code, Code::permission_denied);
}

TEST_F(ServiceTest, StatusHasTheEndpoints) {
  std::promise<Result<GetStatus::Reply>> answer;
  service_->status({}, [&](Result<GetStatus::Reply> reply) { answer.set_value(std::move(reply)); });
  const auto status = answer.get_future().get();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->chain_id, 1U);
  EXPECT_EQ(status->head->hash, head_.head.hash);
  EXPECT_GT(*status->age_ms, 0);
  ASSERT_EQ(status->endpoints.size(), 1U);
  EXPECT_EQ(status->endpoints[0].name, node_.name());
}

TEST(ChainSettings, HaveFurtherNetworks) {
  const Value table = Value::map({{"endpoints", Value::array({"http://a:1"})}});
  const auto networks = read_networks(Value::map({{"networks", Value::map({{"sepolia", table}})}, {"agree", 0}}));
  ASSERT_TRUE(networks) << networks.error().describe();
  ASSERT_EQ(networks->networks.size(), 2U);
  EXPECT_EQ(networks->networks[1].settings.chain_id, 11'155'111U);
  EXPECT_FALSE(read_networks(Value::map({{"endpoint", "http://a:1"}})));
  EXPECT_FALSE(read_networks(Value::map({{"networks", Value::map({{"mainnet", table}})}})));
}

TEST(ChainInterface, IsTheCommittedDocument) {
  EXPECT_TRUE(status::test::matches_committed(interface(), "services/chain/openrpc.json"));
}

}  // namespace
}  // namespace status::chain::test
