#include <algorithm>

#include "services/waku/native/node.h"
#include "services/waku/native/store_json.h"

namespace status::waku::native {
namespace {

Error away_now() {
  return make_retryable(Code::unavailable, "waku.library_away", "the library's process is not ready", 500);
}

Error no_store() {
  return make_retryable(Code::unavailable, "waku.no_store",
                        "no peer that is connected is a store: name one in waku.native.stores", 5'000);
}

}  // namespace

void Node::send(WakuMessage message, Done<MessageHash> done) {
  const Result<Shard> shard = autoshard(message.content_topic, parts_.settings.network);
  if (!shard) return done(fail(shard.error()));
  outgoing_.send(std::move(message), shard->pubsub_topic, std::move(done));
}

void Node::list_peers(Done<std::vector<LibraryPeer>> done) {
  if (!attached_) return done(fail(away_now()));
  library_.call(functions::connected_peers(), [done = std::move(done)](const Result<std::string>& text) {
    text ? done(from_connected_peers(*text)) : done(fail(text.error()));
  });
}

// One after the other: the next query goes to the next.
void Node::pick_store(Done<std::string> done) {
  const std::vector<std::string>& named = parts_.settings.stores;
  if (!named.empty()) return done(named[next_store_++ % named.size()]);
  list_peers([this, done = std::move(done)](const Result<std::vector<LibraryPeer>>& peers) {
    if (!peers) return done(fail(peers.error()));
    std::vector<std::string> stores;
    for (const LibraryPeer& peer : *peers) {
      if (peer.stores && !peer.addresses.empty()) stores.push_back(peer.addresses.front());
    }
    if (stores.empty()) return done(fail(no_store()));
    done(stores[next_store_++ % stores.size()]);
  });
}

void Node::find_store(const std::string& peer, Done<std::string> done) {
  if (peer.empty()) return pick_store(std::move(done));
  const std::vector<std::string>& named = parts_.settings.stores;
  const auto own = std::ranges::find(named, peer, peer_id_of);
  if (own != named.end()) return done(*own);
  list_peers([peer, done = std::move(done)](const Result<std::vector<LibraryPeer>>& peers) {
    if (!peers) return done(fail(peers.error()));
    const auto found = std::ranges::find(*peers, peer, &LibraryPeer::id);
    if (found != peers->end() && !found->addresses.empty()) return done(found->addresses.front());
    done(
        fail(Code::not_found, "waku.unknown_peer", "no peer " + peer + " is connected or named in waku.native.stores"));
  });
}

void Node::store_query(StoreQuery query, const std::string& peer, Done<StorePage> done) {
  if (!attached_) return done(fail(away_now()));
  find_store(peer, [this, query = std::move(query), done = std::move(done)](const Result<std::string>& store) {
    store ? ask_store(query, *store, done) : done(fail(store.error()));
  });
}

void Node::ask_store(const StoreQuery& query, const std::string& store, Done<StorePage> done) {
  std::set<std::string> shards;
  for (const std::string& topic : query.content_topics) {
    const Result<Shard> shard = autoshard(topic, parts_.settings.network);
    if (!shard) return done(fail(shard.error()));
    shards.insert(shard->pubsub_topic);
  }
  const Network& network = parts_.settings.network;
  if (shards.empty() && network.shard_count == 1) shards.insert(pubsub_topic(network.cluster, 0));
  const std::string shard = shards.size() == 1 ? *shards.begin() : "";
  const std::string text = to_store_query(query, "waku-" + std::to_string(++queries_), shard);
  library_.call(functions::query_store(text, store),
                [this, forward = query.forward, done = std::move(done)](const Result<std::string>& answer) {
                  if (!answer) return done(fail(answer.error()));
                  Result<StoreReply> reply = from_store_reply(*answer, parts_.settings.network);
                  if (!reply) return done(fail(reply.error()));
                  counters_.wrong_hashes += reply->wrong_hashes;
                  counters_.unreadable += reply->unreadable;
                  std::ranges::sort(reply->page.messages, [forward](const StoredMessage& a, const StoredMessage& b) {
                    const auto left = std::pair(a.message.timestamp_ns, a.hash);
                    const auto right = std::pair(b.message.timestamp_ns, b.hash);
                    return forward ? left < right : right < left;
                  });
                  done(std::move(reply->page));
                });
}

void Node::peers(Done<std::vector<PeerInfo>> done) {
  list_peers([this, done = std::move(done)](const Result<std::vector<LibraryPeer>>& peers) {
    std::vector<PeerInfo> out;
    std::set<std::string> there;
    for (const LibraryPeer& peer : peers ? *peers : std::vector<LibraryPeer>()) {
      there.insert(peer.id);
      PeerInfo info;
      info.id = peer.id;
      info.address = peer.addresses.empty() ? "" : peer.addresses.front();
      info.connected = true;
      out.push_back(std::move(info));
    }
    for (const std::string& address : peers_) {
      if (there.contains(peer_id_of(address))) continue;
      PeerInfo info;
      info.id = peer_id_of(address);
      info.address = address;
      info.outbound = true;
      info.last_error = peers ? "" : peers.error().message;
      out.push_back(std::move(info));
    }
    done(std::move(out));
  });
}

void Node::connect(const std::string& address, Done<std::string> done) {
  const std::string id = peer_id_of(address);
  if (!address.starts_with('/') || id.empty()) {
    return done(fail(Code::invalid_argument, "waku.invalid_address",
                     "\"" + address + "\" is no multiaddress that ends in /p2p/<id>"));
  }
  if (!attached_) return done(fail(away_now()));
  library_.call(functions::connect(address),
                [this, address, id, done = std::move(done)](const Result<std::string>& answer) {
                  if (answer) {
                    peers_.insert(address);
                    return done(id);
                  }
                  if (answer.error().reason != "waku.library_error") return done(fail(answer.error()));
                  done(fail(Code::unavailable, "waku.peer_unreachable", answer.error().message));
                });
}

Status Node::disconnect(const std::string& address) {
  if (peers_.erase(address) == 0) {
    return fail(Code::not_found, "waku.unknown_peer", address + " was not added by waku.connect");
  }
  library_.call(functions::disconnect(peer_id_of(address)), [](const Result<std::string>&) {});
  return {};
}

BackendInfo Node::info() const {
  BackendInfo out;
  out.backend = "native";
  out.version = facts_ ? facts_->version : "";
  out.id = own_id_;
  out.addresses = own_addresses_;
  out.network = parts_.settings.network;
  out.max_message_bytes = parts_.settings.max_message_bytes;
  out.connection = connection_;
  out.counters = counters_.list();
  return out;
}

}  // namespace status::waku::native
