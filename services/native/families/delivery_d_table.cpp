// The exports of generation D, from library/logos_delivery_api, library/channels_api and library/kernel_api of
// logos-delivery at 69fbffa3: what a function's struct has, in its order.
#include "services/native/families/delivery_d.h"
#include "services/native/families/delivery_d_callbacks.h"
#include "services/native/families/record.h"

namespace status::native {
namespace {

using host::native::to_user_data;
using host::native::Token;
using Parameters = std::vector<Parameter>;
using Arguments = std::span<const Argument>;

int scalar(Symbol symbol, void* context, Token token, const Parameters&, Arguments) {
  return reinterpret_cast<int (*)(void*, ScalarCallback, void*)>(symbol)(context, on_scalar, to_user_data(token));
}

int scalar_of_number(Symbol symbol, void* context, Token token, const Parameters&, Arguments arguments) {
  return reinterpret_cast<int (*)(void*, ScalarCallback, void*, std::uint64_t)>(symbol)(
      context, on_scalar, to_user_data(token), arguments[0].number);
}

int record(Symbol symbol, void* context, Token token, const Parameters& parameters, Arguments arguments) {
  const Record request(parameters, arguments);
  return reinterpret_cast<int (*)(void*, RecordCallback, void*, const void*)>(symbol)(
      context, on_record, to_user_data(token), request.data());
}

constexpr Kind kText = Kind::text;
constexpr Kind kU16 = Kind::uint16;
constexpr Kind kU32 = Kind::uint32;
constexpr Kind kI32 = Kind::int32;

}  // namespace

const std::vector<Function>& delivery_d_functions() {
  static const std::vector<Function> kFunctions = {
      // Supported by its team.
      {"logosdelivery_get_available_node_info_ids", {}, scalar},
      {"logosdelivery_get_available_configs", {}, scalar},
      {"logosdelivery_get_node_info", {{"nodeInfoId", kText}}, record},
      {"logosdelivery_subscribe", {{"contentTopicStr", kText}}, record},
      {"logosdelivery_unsubscribe", {{"contentTopicStr", kText}}, record},
      {"logosdelivery_send", {{"messageJson", kText}}, record},
      {"logosdelivery_channel_create",
       {{"channelIdStr", kText}, {"contentTopicStr", kText}, {"senderIdStr", kText}},
       record},
      {"logosdelivery_channel_exists", {{"channelIdStr", kText}}, record},
      {"logosdelivery_channel_close", {{"channelIdStr", kText}}, record},
      {"logosdelivery_channel_send", {{"channelIdStr", kText}, {"messageJson", kText}}, record},
      // Its kernel: may change or go at any time.
      {"waku_version", {}, scalar},
      {"waku_listen_addresses", {}, scalar},
      {"waku_get_my_enr", {}, scalar},
      {"waku_get_my_peerid", {}, scalar},
      {"waku_get_metrics", {}, scalar},
      {"waku_is_online", {}, scalar},
      {"waku_get_peerids_from_peerstore", {}, scalar},
      {"waku_get_connected_peers", {}, scalar},
      {"waku_get_connected_peers_info", {}, scalar},
      {"waku_disconnect_all_peers", {}, scalar},
      {"waku_start_discv5", {}, scalar},
      {"waku_stop_discv5", {}, scalar},
      {"waku_default_pubsub_topic", {}, scalar},
      {"waku_filter_unsubscribe_all", {}, scalar},
      {"waku_peer_exchange_request", {{"numPeers", Kind::uint64}}, scalar_of_number},
      {"waku_connect", {{"peerMultiAddr", kText}, {"timeoutMs", kU32}}, record},
      {"waku_disconnect_peer_by_id", {{"peerId", kText}}, record},
      {"waku_dial_peer", {{"peerMultiAddr", kText}, {"protocol", kText}, {"timeoutMs", kU32}}, record},
      {"waku_dial_peer_by_id", {{"peerId", kText}, {"protocol", kText}, {"timeoutMs", kU32}}, record},
      {"waku_get_peerids_by_protocol", {{"protocol", kText}}, record},
      {"waku_ping_peer", {{"peerAddr", kText}, {"timeoutMs", kU32}}, record},
      {"waku_discv5_update_bootnodes", {{"bootnodes", kText}}, record},
      {"waku_dns_discovery", {{"enrTreeUrl", kText}, {"nameDnsServer", kText}, {"timeoutMs", kI32}}, record},
      {"waku_relay_get_peers_in_mesh", {{"pubSubTopic", kText}}, record},
      {"waku_relay_get_num_peers_in_mesh", {{"pubSubTopic", kText}}, record},
      {"waku_relay_get_connected_peers", {{"pubSubTopic", kText}}, record},
      {"waku_relay_get_num_connected_peers", {{"pubSubTopic", kText}}, record},
      {"waku_relay_add_protected_shard", {{"clusterId", kU16}, {"shardId", kU16}, {"publicKey", kText}}, record},
      {"waku_relay_subscribe", {{"pubSubTopic", kText}}, record},
      {"waku_relay_unsubscribe", {{"pubSubTopic", kText}}, record},
      {"waku_relay_publish", {{"pubSubTopic", kText}, {"jsonWakuMessage", kText}, {"timeoutMs", kU32}}, record},
      {"waku_lightpush_publish", {{"pubSubTopic", kText}, {"jsonWakuMessage", kText}}, record},
      {"waku_filter_subscribe", {{"pubSubTopic", kText}, {"contentTopics", kText}}, record},
      {"waku_filter_unsubscribe", {{"pubSubTopic", kText}, {"contentTopics", kText}}, record},
      {"waku_content_topic",
       {{"appName", kText}, {"appVersion", kU32}, {"contentTopicName", kText}, {"encoding", kText}},
       record},
      {"waku_pubsub_topic", {{"topicName", kText}}, record},
      {"waku_store_query", {{"jsonQuery", kText}, {"peerAddr", kText}, {"timeoutMs", kI32}}, record},
  };
  return kFunctions;
}

}  // namespace status::native
