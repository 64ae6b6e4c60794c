// What a node tells about itself and its peers.
#include <algorithm>

#include "services/waku/mesh/node.h"
#include "services/waku/mesh/own_addresses.h"

namespace status::waku::mesh {
namespace {

void describe_link(PeerInfo& info, const Peer& peer) {
  info.id = to_text(peer.id());
  info.connected = true;
  info.connected_since_ms = peer.statistics.connected_since_ms;
  info.clock_offset_ms = peer.statistics.clock_offset_ms;
  info.round_trip_us = peer.statistics.round_trip_us;
  info.messages_in = peer.statistics.messages_in;
  info.messages_out = peer.statistics.messages_out;
  info.agent = peer.hello().agent;
}

}  // namespace

// Every place that this node wants a link to, then whoever dialled it besides.
std::vector<PeerInfo> Node::peers() const {
  std::vector<PeerInfo> out;
  std::vector<const Peer*> listed;
  for (const auto& target : dialer_.targets()) {
    PeerInfo info;
    info.address = to_text(target->address);
    info.outbound = true;
    info.configured = target->configured;
    info.last_error = target->last_error;
    if (target->id) info.id = to_text(*target->id);
    if (const Peer* peer = target->id ? ready_peer(*target->id) : nullptr) {
      describe_link(info, *peer);
      info.outbound = peer->outbound();
      listed.push_back(peer);
    }
    out.push_back(std::move(info));
  }
  for (const auto& peer : peers_) {
    if (!peer->ready() || std::find(listed.begin(), listed.end(), peer.get()) != listed.end()) continue;
    PeerInfo info;
    info.address = peer->statistics.remote;
    info.outbound = peer->outbound();
    describe_link(info, *peer);
    out.push_back(std::move(info));
  }
  return out;
}

BackendInfo Node::info() const {
  BackendInfo info;
  info.backend = "mesh";
  info.version = "1";
  info.id = to_text(identity_.id);
  PeerAddress address = listener_.address();
  address.pin = identity_.id;
  for (const PeerAddress& reachable : own_addresses(address)) info.addresses.push_back(to_text(reachable));
  info.network = runtime_.config.network;
  info.max_message_bytes = static_cast<std::uint32_t>(runtime_.config.max_message_bytes);
  info.connection = connection();
  const ArchiveTotals totals = archive_.totals();
  info.stored_messages = totals.messages;
  info.stored_bytes = totals.bytes;
  info.counters = runtime_.counters.list();
  info.counters.emplace_back("peers_now", static_cast<std::uint64_t>(std::count_if(
                                              peers_.begin(), peers_.end(), [](const auto& p) { return p->ready(); })));
  info.counters.emplace_back("pending_now", pending_.size());
  return info;
}

}  // namespace status::waku::mesh
