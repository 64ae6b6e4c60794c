// The interface of waku on the backend `native`, between two nodes, over each library and each way through it.
#include <gmock/gmock.h>

#include "ipc/api/convert.h"
#include "tests/integration/waku_native/library_nodes.h"
#include "tests/support/scrape.h"

namespace status::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTopic = "/test/1/front/proto";

using WakuNative = LibraryNodes;

TEST_P(WakuNative, AMessageReachesTheOtherNodeAndDoesNotComeBack) {
  Node& a = start();
  Node& b = start();
  EventLog at_a(a.front().client(), "waku.messages.next", subscribe(a, kTopic));
  EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
  const auto sent = send(a, kTopic, "there");
  ASSERT_OK(sent);
  const auto propagated = a.events().wait_for(about("propagated", *sent), kPatience);
  ASSERT_TRUE(propagated);
  const auto progress = api::from_value<waku::SendProgress>(propagated->data, api::Mode::lenient);
  ASSERT_OK(progress);
  const auto arrived = at_b.wait_for(payload("there"), kPatience);
  ASSERT_TRUE(arrived);
  const auto view = api::from_value<waku::MessageView>(arrived->data, api::Mode::lenient);
  ASSERT_OK(view);
  EXPECT_EQ(view->message_hash, progress->network_hash.value_or(progress->message_hash));
  EXPECT_EQ(progress->network_hash.has_value(), std::string(GetParam().send) == "messaging")
      << "the messaging tier chooses the time stamp";
  EXPECT_EQ(view->pubsub_topic, "/waku/2/rs/16/0");
  ASSERT_OK(send(b, kTopic, "back"));
  ASSERT_TRUE(at_a.wait_for(payload("back"), kPatience));
  EXPECT_THAT(payloads(at_a), ElementsAre("back"));
  EXPECT_THAT(payloads(at_b), ElementsAre("there"));
}

TEST_P(WakuNative, UnsubscribingEndsDelivery) {
  Node& a = start();
  Node& b = start();
  EventLog at_b(b.front().client(), "waku.messages.next", subscribe(b, kTopic));
  ASSERT_OK(b.front().call<waku::Unsubscribe>("waku", {{kTopic}}));
  const std::string last = "/test/1/last/proto";
  subscribe(b, last);
  ASSERT_OK(send(a, kTopic, "not wanted"));
  ASSERT_OK(send(a, last, "last"));
  ASSERT_TRUE(at_b.wait_for(payload("last"), kPatience));
  EXPECT_THAT(payloads(at_b), ElementsAre("last"));
}

TEST_P(WakuNative, AStoreIsAskedWhereTheLibraryCan) {
  Node& a = start();
  Node& b = start();
  const auto sent = send(a, kTopic, "kept");
  ASSERT_OK(sent);
  ASSERT_TRUE(a.events().wait_for(about("propagated", *sent), kPatience));
  const auto page = b.front().call<waku::StoreQueryMethod>("waku", {.content_topics = {kTopic}});
  if (!GetParam().asks_stores) {
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Code::unimplemented);
    return;
  }
  ASSERT_OK(page);
  ASSERT_EQ(page->messages.size(), 1U);
  EXPECT_EQ(as_text(page->messages[0].payload), "kept");
  const auto peers = a.front().call<waku::Peers>("waku", {});
  ASSERT_OK(peers);
  EXPECT_EQ(peers->peers.at(0).id, WakuNetwork::kStorePeer);
}

TEST_P(WakuNative, TheNodeSaysWhatItIsAndHowItIsConnected) {
  Node& a = start();
  const auto connected = [](const EventLog::Event& event) {
    return event.topic == "waku.connection" && event.data.string_or("state", "") == "connected";
  };
  ASSERT_TRUE(a.events().wait_for(connected, kPatience));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  auto info = a.front().call<waku::Info>("waku", {});
  while (info && info->id.empty() && std::chrono::steady_clock::now() < deadline) {
    info = a.front().call<waku::Info>("waku", {});
  }
  ASSERT_OK(info);
  EXPECT_EQ(info->backend, "native");
  EXPECT_EQ(info->cluster, 16U);
  EXPECT_EQ(info->connection, "connected");
  EXPECT_THAT(info->version, HasSubstr("v0.3"));
  EXPECT_FALSE(info->id.empty());
}

TEST_P(WakuNative, TwoNodesChat) {
  Node& a = start();
  Node& b = start();
  const auto talk = converse(a, b);
  ASSERT_OK(talk);
  for (const char* const text : {"one", "two", "three"}) ASSERT_OK(say(a, *talk, text, text));
  ASSERT_TRUE(await_heard(b, 3));
  for (const char* const text : {"four", "five"}) ASSERT_OK(say(b, *talk, text, text));
  ASSERT_TRUE(await_heard(a, 2));
  EXPECT_EQ(heard(b), (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(heard(a), (std::vector<std::string>{"four", "five"}));
}

TEST_P(WakuNative, TheLibrarysMetricsAreShownAsThoseOfItsModule) {
  Node& a = start();
  const std::string name =
      std::string(GetParam().generation) == "B" ? "waku_node_messages" : "logos_delivery_node_messages";
  std::string page;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (page.find(name + "{module=\"waku_native\"") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << page;
    page = scrape(a);
  }
}

INSTANTIATE_TEST_SUITE_P(Over, WakuNative, testing::Values(kMessagingOfD, kRelayOfD, kMessagingOfB, kLibwaku),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace status::test
