#include "services/waku/attach/queries.h"

#include <algorithm>
#include <tuple>

namespace status::waku::attach {
namespace {

constexpr std::size_t kCursors = 1'000;

std::string peer_id_of(const std::string& address) {
  constexpr std::string_view kMark = "/p2p/";
  const std::size_t at = address.rfind(kMark);
  return at == std::string::npos ? std::string() : address.substr(at + kMark.size());
}

}  // namespace

void Queries::begin(const std::vector<std::string>& kept) {
  for (const std::string& address : kept) {
    if (!peer_id_of(address).empty()) kept_.insert(address);
  }
}

template <class T, class Work>
void Queries::run(Done<T> done, Work work) {
  if (link_.node() == nullptr || runtime_.stopping) {
    return done(fail(make_retryable(Code::unavailable, "waku.node_unreachable",
                                    "the node at http://" + to_text(runtime_.config.node) + " does not answer")));
  }
  if (open_.size() >= kAtOnce) {
    return done(fail(make_retryable(Code::resource_exhausted, "waku.too_many_queries",
                                    "the node is asked too many things at once", 100)));
  }
  auto http =
      std::make_shared<HttpClient>(runtime_.io, runtime_.config.node, runtime_.config.answer_timeout, runtime_.traffic);
  open_.insert(http);
  asio::co_spawn(runtime_.io, work(http),
                 [this, http, done = std::move(done)](std::exception_ptr error, Result<T> result) {
                   if (error) std::rethrow_exception(error);
                   open_.erase(http);
                   if (!result) link_.on_failure(result.error());
                   done(std::move(result));
                 });
}

void Queries::stop() {
  for (const Http& http : open_) http->stop();
}

void Queries::reconnect() {
  for (const std::string& address : kept_) {
    run<std::string>([](const Result<std::string>&) {}, [this, address](Http http) { return add_peer(http, address); });
  }
}

void Queries::store_query(const Network& network, StoreQuery query, std::string peer, Done<StorePage> done) {
  run(std::move(done), [this, network, query = std::move(query), peer = std::move(peer)](Http http) {
    const bool own = peer == link_.node()->described.info.peer_id;
    return query_store(http, network, query, own ? std::string() : peer);
  });
}

asio::awaitable<Result<StorePage>> Queries::query_store(Http http, Network network, StoreQuery query,
                                                        std::string peer) {
  std::string store_at = runtime_.config.store_peer;
  if (!peer.empty()) {
    const Result<std::string> address = co_await address_of(http, peer);
    if (!address) co_return fail(address.error());
    store_at = *address;
  }
  StoreDialect dialect = link_.node() != nullptr ? link_.node()->store : StoreDialect::unknown;
  StorePageQuery asked;
  asked.content_topics = query.content_topics;
  asked.start_ns = query.start_ns;
  asked.end_ns = query.end_ns;
  asked.limit = std::min(query.limit, kMaxStorePage);
  asked.forward = query.forward;
  // Topics of several shards have no pubsub topic in common.
  std::set<std::string> pubsub_topics;
  for (const std::string& topic : query.content_topics) {
    const Result<Shard> shard = autoshard(topic, network);
    if (!shard) co_return fail(shard.error());
    pubsub_topics.insert(shard->pubsub_topic);
  }
  if (query.content_topics.empty() && network.shard_count == 1) pubsub_topics.insert(pubsub_topic(network.cluster, 0));
  if (pubsub_topics.size() == 1) asked.pubsub_topic = *pubsub_topics.begin();
  if (query.cursor) {
    const auto known = cursors_.find(*query.cursor);
    if (known == cursors_.end() && dialect == StoreDialect::legacy) {
      co_return fail(Code::not_found, "waku.unknown_cursor", "that page is too long ago: ask from the start");
    }
    asked.cursor = known != cursors_.end() ? known->second : to_text(*query.cursor);
  }
  StoreClient store(*http, store_at, network, dialect, runtime_.counters);
  Result<StoreAnswer> answer = co_await store.page(std::move(asked));
  if (!answer) co_return fail(answer.error());
  StorePage page;
  for (StoreEntry& entry : answer->entries) {
    if (entry.message) page.messages.push_back({entry.hash, entry.pubsub_topic, std::move(*entry.message)});
  }
  // Nodes sort a page by time, whichever way they are asked to go.
  std::sort(page.messages.begin(), page.messages.end(), [&](const StoredMessage& a, const StoredMessage& b) {
    const auto left = std::tie(a.message.timestamp_ns, a.hash);
    const auto right = std::tie(b.message.timestamp_ns, b.hash);
    return query.forward ? left < right : right < left;
  });
  if (!answer->cursor.empty() && !page.messages.empty()) {
    page.cursor = page.messages.back().hash;
    if (cursors_.size() >= kCursors) cursors_.erase(cursors_.begin());
    cursors_[*page.cursor] = answer->cursor;
  }
  co_return page;
}

asio::awaitable<Result<std::string>> Queries::address_of(Http http, std::string peer) {
  const Result<std::vector<PeerInfo>> known = co_await list_peers(http);
  if (!known) co_return fail(known.error());
  for (const PeerInfo& one : *known) {
    if (one.id == peer && !one.address.empty()) co_return one.address;
  }
  co_return fail(Code::not_found, "waku.unknown_peer", "the node knows no peer of that id");
}

void Queries::peers(Done<std::vector<PeerInfo>> done) {
  run(std::move(done), [this](Http http) { return list_peers(http); });
}

// A node that shows no peers has none to show.
asio::awaitable<Result<std::vector<PeerInfo>>> Queries::list_peers(Http http) {
  Result<std::vector<PeerInfo>> known = co_await attach::peers(*http);
  if (!known && known.error().reason != "waku.node_lacks") co_return known;
  std::vector<PeerInfo> out = known ? std::move(*known) : std::vector<PeerInfo>();
  for (const std::string& address : kept_) {
    const auto same = [&](const PeerInfo& peer) { return peer.address == address || peer.id == peer_id_of(address); };
    const auto found = std::find_if(out.begin(), out.end(), same);
    PeerInfo missing;
    missing.id = peer_id_of(address);
    missing.address = address;
    missing.configured = true;
    missing.outbound = true;
    if (found == out.end()) {
      out.push_back(std::move(missing));
    } else {
      found->configured = true;
      found->address = address;
    }
  }
  co_return out;
}

void Queries::connect(std::string address, Done<std::string> done) {
  if (!address.starts_with('/') || peer_id_of(address).empty()) {
    return done(
        fail(Code::invalid_argument, "waku.invalid_address",
             "a peer of the attached node is a multiaddress with its id: /ip4/192.0.2.7/tcp/60000/p2p/16Uiu2…"));
  }
  run(std::move(done), [this, address = std::move(address)](Http http) { return add_peer(http, address); });
}

asio::awaitable<Result<std::string>> Queries::add_peer(Http http, std::string address) {
  const Status added = co_await connect_peer(*http, address);
  if (!added) co_return fail(added.error());
  kept_.insert(address);
  co_return peer_id_of(address);
}

Status Queries::disconnect(const std::string& address) {
  if (kept_.erase(address) != 0) return {};
  return fail(Code::not_found, "waku.unknown_peer", "connect has not added that address");
}

}  // namespace status::waku::attach
