#include "services/waku/views.h"

#include "services/waku/content_topic.h"

namespace status::waku {

std::string_view to_word(Connection connection) {
  constexpr std::string_view kWords[] = {"disconnected", "partially_connected", "connected"};
  return kWords[static_cast<std::size_t>(connection)];
}

HexBytes hex_of(const MessageHash& hash) { return {to_bytes(hash)}; }

MessageView view_of(const MessageHash& hash, const std::string& pubsub_topic, const WakuMessage& message) {
  MessageView view;
  view.message_hash = hex_of(hash);
  view.pubsub_topic = pubsub_topic;
  view.content_topic = message.content_topic;
  view.payload = message.payload;
  view.timestamp_ns = message.timestamp_ns;
  view.version = message.version;
  view.meta = message.meta;
  view.ephemeral = message.ephemeral;
  return view;
}

StoreQueryMethod::Reply view_of(const StorePage& page) {
  StoreQueryMethod::Reply reply;
  for (const StoredMessage& stored : page.messages) {
    reply.messages.push_back(view_of(stored.hash, stored.pubsub_topic, stored.message));
  }
  if (page.cursor) reply.cursor = hex_of(*page.cursor);
  return reply;
}

PeerView view_of(const PeerInfo& peer) {
  PeerView view;
  view.id = peer.id;
  view.address = peer.address;
  view.outbound = peer.outbound;
  view.configured = peer.configured;
  view.connected = peer.connected;
  view.connected_since_ms = peer.connected_since_ms;
  view.clock_offset_ms = peer.clock_offset_ms;
  view.round_trip_us = peer.round_trip_us;
  view.messages_in = peer.messages_in;
  view.messages_out = peer.messages_out;
  view.agent = peer.agent;
  view.last_error = peer.last_error;
  return view;
}

Info::Reply view_of(const BackendInfo& info) {
  Info::Reply reply;
  reply.backend = info.backend;
  reply.version = info.version;
  reply.id = info.id;
  reply.addresses = info.addresses;
  reply.cluster = info.network.cluster;
  reply.shards = info.network.shard_count;
  reply.max_message_bytes = info.max_message_bytes;
  reply.connection = to_word(info.connection);
  reply.stored_messages = info.stored_messages;
  reply.stored_bytes = info.stored_bytes;
  for (const auto& [name, value] : info.counters) reply.counters.push_back({name, value});
  return reply;
}

Result<StoreQuery> query_of(const StoreQueryMethod::Request& request) {
  StoreQuery query;
  for (const std::string& topic : request.content_topics) {
    if (const auto parsed = parse_content_topic(topic); !parsed) return fail(parsed.error());
  }
  query.content_topics = request.content_topics;
  query.start_ns = request.time_start_ns;
  query.end_ns = request.time_end_ns;
  if (request.cursor) {
    const Result<MessageHash> hash = hash_from_bytes(request.cursor->view());
    if (!hash) return fail(hash.error());
    query.cursor = *hash;
  }
  query.limit = request.limit;
  query.forward = request.forward;
  return query;
}

}  // namespace status::waku
