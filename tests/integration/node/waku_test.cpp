// The waku module of two nodes, as a front end uses it: stores, subscriptions, links, and what becomes of a message.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "services/waku/api.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

constexpr const char* kTopic = "/test/1/front/proto";

waku::Send::Request message(const std::string& text) { return {kTopic, to_bytes(as_bytes(text)), false}; }

class Waku : public PlacedNodes {
 protected:
  void SetUp() override {
    PlacedNodes::SetUp();
    a_ = &start();
    b_ = &start();
    ASSERT_OK(link(*a_, *b_));
  }

  // Sends and waits until the other node has stored it.
  HexBytes send(Node& from, const std::string& text) {
    const auto sent = from.front().call<waku::Send>("waku", message(text));
    EXPECT_TRUE(sent) << sent.error().describe();
    if (!sent) return {};
    EXPECT_TRUE(from.events().wait_for(of("waku.sent", sent->request_id), kPatience)) << text;
    return sent->request_id;
  }
  static EventLog::Match of(const std::string& topic, const HexBytes& request) {
    return [topic, request](const EventLog::Event& event) {
      if (event.topic != topic) return false;
      const auto data = api::from_value<waku::SendProgress>(event.data, api::Mode::lenient);
      return data && data->request_id == request;
    };
  }
  static EventLog::Match connection(const std::string& state) {
    return [state](const EventLog::Event& event) {
      return event.topic == "waku.connection" && event.data.string_or("state", "") == state;
    };
  }
  std::string id_of(Node& node) {
    const auto info = node.front().call<waku::Info>("waku", {});
    return info ? info->id : info.error().describe();
  }
  // The payloads of a page.
  std::vector<std::string> stored(Node& at, const std::string& peer) {
    waku::StoreQueryMethod::Request request;
    request.content_topics = {kTopic};
    request.peer = peer;
    const auto page = at.front().call<waku::StoreQueryMethod>("waku", request);
    if (!page) return {page.error().describe()};
    std::vector<std::string> out;
    for (const waku::MessageView& view : page->messages) out.emplace_back(as_text(view.payload));
    return out;
  }

  Node* a_ = nullptr;
  Node* b_ = nullptr;
};

TEST_P(Waku, AMessageIsReportedAsPropagatedThenAsSent) {
  const HexBytes request = send(*a_, "hello");
  const auto about = a_->events().all([&](const EventLog::Event& event) {
    return of("waku.propagated", request)(event) || of("waku.sent", request)(event);
  });
  ASSERT_EQ(about.size(), 2u);
  EXPECT_EQ(about[0].topic, "waku.propagated");
  EXPECT_EQ(about[1].topic, "waku.sent");
}

TEST_P(Waku, TheOwnStoreAndAPeersAreAsked) {
  send(*a_, "one");
  send(*b_, "two");
  EXPECT_THAT(stored(*a_, ""), testing::ElementsAre("one", "two"));
  EXPECT_THAT(stored(*a_, id_of(*b_)), testing::ElementsAre("one", "two"));
  EXPECT_THAT(stored(*b_, id_of(*a_)), testing::ElementsAre("one", "two"));
  waku::StoreQueryMethod::Request nobody;
  nobody.peer = std::string(64, 'a');
  const auto refused = a_->front().call<waku::StoreQueryMethod>("waku", nobody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "waku.unknown_peer");
}

TEST_P(Waku, UnsubscribingEndsDelivery) {
  const auto subscribed = b_->front().call<waku::Subscribe>("waku", {{kTopic}});
  ASSERT_OK(subscribed);
  EventLog messages(b_->front().client(), "waku.messages.next", subscribed->cursor);
  const auto with_topic = [](const EventLog::Event& event) {
    return event.data.string_or("content_topic", "").starts_with("/test/1/");
  };
  send(*a_, "wanted");
  ASSERT_TRUE(messages.wait_for_count(1, with_topic, kPatience));
  ASSERT_OK(b_->front().call<waku::Unsubscribe>("waku", {{kTopic}}));
  send(*a_, "not wanted");
  // Messages come in the order of arrival: once this one is there, the other would be.
  const std::string last = "/test/1/last/proto";
  ASSERT_OK(b_->front().call<waku::Subscribe>("waku", {{last}}));
  ASSERT_OK(a_->front().call<waku::Send>("waku", {last, {}, false}));
  const auto is_last = [&](const EventLog::Event& event) { return event.data.string_or("content_topic", "") == last; };
  ASSERT_TRUE(messages.wait_for(is_last, kPatience));
  EXPECT_EQ(messages.all(with_topic).size(), 2u);
}

TEST_P(Waku, DisconnectingUndoesConnecting) {
  ASSERT_TRUE(a_->events().wait_for(connection("connected"), kPatience));
  ASSERT_TRUE(b_->events().wait_for(connection("connected"), kPatience));
  const auto peers = a_->front().call<waku::Peers>("waku", {});
  ASSERT_OK(peers);
  ASSERT_EQ(peers->peers.size(), 1u);
  const waku::Disconnect::Request request{peers->peers[0].address};
  const std::size_t before = a_->events().size();
  const std::size_t there = b_->events().size();
  ipc::CallOptions once;
  once.idempotency_key = "disconnect";
  ASSERT_OK(a_->front().call<waku::Disconnect>("waku", request, once));
  EXPECT_OK(a_->front().call<waku::Disconnect>("waku", request, once));  // the same key: done already
  EXPECT_TRUE(a_->events().wait_for(connection("disconnected"), kPatience, before));
  EXPECT_TRUE(b_->events().wait_for(connection("disconnected"), kPatience, there));
  const auto again = a_->front().call<waku::Disconnect>("waku", request);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, "waku.unknown_peer");
  EXPECT_TRUE(a_->front().call<waku::Peers>("waku", {})->peers.empty());
}

INSTANTIATE_TEST_SUITE_P(Node, Waku, testing::Values(Placement::processes, Placement::one_process), placement_name);

}  // namespace
}  // namespace status::test
