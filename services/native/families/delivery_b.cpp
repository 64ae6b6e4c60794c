#include "services/native/families/delivery_b.h"

#include "services/native/families/generation_b.h"

namespace status::native {
namespace {

using Text = const char*;
constexpr Kind kText = Kind::text;
constexpr Kind kU32 = Kind::uint32;
constexpr Kind kI32 = Kind::int32;

// liblogosdelivery/liblogosdelivery.h of v0.38.1. Parameters are named as generation D names them.
const std::vector<Function>& delivery_functions() {
  static const std::vector<Function> kFunctions = {
      {"logosdelivery_get_available_node_info_ids", {}, positional<>},
      {"logosdelivery_get_available_configs", {}, positional<>},
      {"logosdelivery_get_node_info", {{"nodeInfoId", kText}}, positional<Text>},
      {"logosdelivery_subscribe", {{"contentTopicStr", kText}}, positional<Text>},
      {"logosdelivery_unsubscribe", {{"contentTopicStr", kText}}, positional<Text>},
      {"logosdelivery_send", {{"messageJson", kText}}, positional<Text>},
  };
  return kFunctions;
}

// library/libwaku.h of v0.38.1.
const std::vector<Function>& waku_functions() {
  static const std::vector<Function> kFunctions = {
      {"waku_version", {}, positional<>},
      {"waku_listen_addresses", {}, positional<>},
      {"waku_get_my_enr", {}, positional<>},
      {"waku_get_my_peerid", {}, positional<>},
      {"waku_get_metrics", {}, positional<>},
      {"waku_is_online", {}, positional<>},
      {"waku_get_peerids_from_peerstore", {}, positional<>},
      {"waku_get_connected_peers", {}, positional<>},
      {"waku_get_connected_peers_info", {}, positional<>},
      {"waku_disconnect_all_peers", {}, positional<>},
      {"waku_start_discv5", {}, positional<>},
      {"waku_stop_discv5", {}, positional<>},
      {"waku_default_pubsub_topic", {}, positional<>},
      {"waku_filter_unsubscribe_all", {}, positional<>},
      {"waku_peer_exchange_request", {{"numPeers", kI32}}, positional<int>},
      {"waku_connect", {{"peerMultiAddr", kText}, {"timeoutMs", kU32}}, positional<Text, unsigned>},
      {"waku_disconnect_peer_by_id", {{"peerId", kText}}, positional<Text>},
      {"waku_dial_peer",
       {{"peerMultiAddr", kText}, {"protocol", kText}, {"timeoutMs", kI32}},
       positional<Text, Text, int>},
      {"waku_dial_peer_by_id",
       {{"peerId", kText}, {"protocol", kText}, {"timeoutMs", kI32}},
       positional<Text, Text, int>},
      {"waku_get_peerids_by_protocol", {{"protocol", kText}}, positional<Text>},
      {"waku_ping_peer", {{"peerAddr", kText}, {"timeoutMs", kI32}}, positional<Text, int>},
      {"waku_discv5_update_bootnodes", {{"bootnodes", kText}}, positional<Text>},
      {"waku_dns_discovery",
       {{"enrTreeUrl", kText}, {"nameDnsServer", kText}, {"timeoutMs", kI32}},
       positional<Text, Text, int>},
      {"waku_relay_get_peers_in_mesh", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_get_num_peers_in_mesh", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_get_connected_peers", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_get_num_connected_peers", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_add_protected_shard",
       {{"clusterId", kI32}, {"shardId", kI32}, {"publicKey", kText}},
       positional<int, int, Text>},
      {"waku_relay_subscribe", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_unsubscribe", {{"pubSubTopic", kText}}, positional<Text>},
      {"waku_relay_publish",
       {{"pubSubTopic", kText}, {"jsonWakuMessage", kText}, {"timeoutMs", kU32}},
       positional<Text, Text, unsigned>},
      {"waku_lightpush_publish", {{"pubSubTopic", kText}, {"jsonWakuMessage", kText}}, positional<Text, Text>},
      {"waku_filter_subscribe", {{"pubSubTopic", kText}, {"contentTopics", kText}}, positional<Text, Text>},
      {"waku_filter_unsubscribe", {{"pubSubTopic", kText}, {"contentTopics", kText}}, positional<Text, Text>},
      {"waku_content_topic",
       {{"appName", kText}, {"appVersion", kU32}, {"contentTopicName", kText}, {"encoding", kText}},
       positional<Text, unsigned, Text, Text>},
      {"waku_pubsub_topic", {{"topicName", kText}}, positional<Text>},
      {"waku_store_query",
       {{"jsonQuery", kText}, {"peerAddr", kText}, {"timeoutMs", kI32}},
       positional<Text, Text, int>},
  };
  return kFunctions;
}

}  // namespace

std::unique_ptr<Family> make_delivery_b(const host::native::Library& library) {
  return std::make_unique<GenerationB>(
      Family::Traits{.family = "delivery",
                     .generation = "B",
                     .create = "logosdelivery_create_node",
                     .start = "logosdelivery_start_node",
                     .stop = "logosdelivery_stop_node",
                     .destroy = "logosdelivery_destroy",
                     .version = Family::Query{"logosdelivery_get_node_info", {{.text = "Version"}}},
                     .metrics = Family::Query{"logosdelivery_get_node_info", {{.text = "Metrics"}}}},
      "logosdelivery_set_event_callback", delivery_functions(), library);
}

std::unique_ptr<Family> make_waku_b(const host::native::Library& library) {
  return std::make_unique<GenerationB>(Family::Traits{.family = "waku",
                                                      .generation = "B",
                                                      .create = "waku_new",
                                                      .start = "waku_start",
                                                      .stop = "waku_stop",
                                                      .destroy = "waku_destroy",
                                                      .version = Family::Query{"waku_version", {}},
                                                      .metrics = Family::Query{"waku_get_metrics", {}}},
                                       "set_event_callback", waku_functions(), library);
}

}  // namespace status::native
