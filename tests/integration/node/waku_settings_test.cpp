// Settings of the mesh that an operator gives with --set: configured peers, and larger messages than usual.
#include <gmock/gmock.h>

#include "ipc/base/codec.h"
#include "services/waku/api.h"
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

constexpr const char* kTopic = "/test/1/large/proto";
constexpr const char* kLargest = "waku.mesh.max_message_bytes=1048576";

using WakuSettings = PlacedNodes;

TEST_P(WakuSettings, AConfiguredPeerIsLinkedByItselfAndALargeMessagePasses) {
  Node& b = start({kLargest});
  const auto info = b.front().call<waku::Info>("waku", {});
  ASSERT_OK(info);
  EXPECT_EQ(info->max_message_bytes, 1'048'576u);
  const auto subscribed = b.front().call<waku::Subscribe>("waku", {{kTopic}});
  ASSERT_OK(subscribed);

  Node& a = start({kLargest, "waku.mesh.peers=[\"" + info->addresses.at(0) + "\"]"});
  const auto connected = [](const EventLog::Event& event) {
    return event.topic == "waku.connection" && event.data.string_or("state", "") == "connected";
  };
  ASSERT_TRUE(a.events().wait_for(connected, kPatience));
  const auto peers = a.front().call<waku::Peers>("waku", {});
  ASSERT_OK(peers);
  ASSERT_EQ(peers->peers.size(), 1u);
  EXPECT_TRUE(peers->peers[0].configured);
  EXPECT_TRUE(peers->peers[0].connected);
  EXPECT_TRUE(peers->peers[0].outbound);
  EXPECT_EQ(peers->peers[0].id, info->id);

  // Its topic, time stamp and their tags fit into the kilobyte that is left.
  Bytes payload(1'048'576 - 1'024);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(i % 251);
  const auto sent = a.front().call<waku::Send>("waku", {kTopic, payload, false});
  ASSERT_OK(sent);
  EventLog messages(b.front().client(), "waku.messages.next", subscribed->cursor);
  const auto large = messages.wait_for(
      [](const EventLog::Event& event) { return event.data.string_or("content_topic", "") == kTopic; }, kPatience);
  ASSERT_TRUE(large);
  const auto view = api::from_value<waku::MessageView>(large->data, api::Mode::lenient);
  ASSERT_OK(view);
  EXPECT_TRUE(view->payload == payload);
  EXPECT_EQ(view->message_hash, sent->message_hash);
}

TEST_P(WakuSettings, WithoutThemAPeerIsNotConfiguredAndTheSameMessageIsRefused) {
  Node& a = start();
  Node& b = start();
  ASSERT_OK(link(a, b));
  const auto peers = b.front().call<waku::Peers>("waku", {});
  ASSERT_OK(peers);
  ASSERT_EQ(peers->peers.size(), 1u);
  EXPECT_FALSE(peers->peers[0].configured);
  const auto refused = a.front().call<waku::Send>("waku", {kTopic, Bytes(1'048'576 - 1'024), false});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "waku.message_too_large") << refused.error().describe();
}

INSTANTIATE_TEST_SUITE_P(Node, WakuSettings, testing::Values(Placement::processes, Placement::one_process),
                         placement_name);

}  // namespace
}  // namespace status::test
