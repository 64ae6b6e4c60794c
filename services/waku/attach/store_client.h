// Questions to the node's store, in the protocol that the node has. Backend's thread; private to the attach backend.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/waku/attach/counters.h"
#include "services/waku/attach/http_client.h"
#include "services/waku/attach/rest_json.h"

namespace status::waku::attach {

// legacy: the protocol before v3, which go-waku serves.
enum class StoreDialect { unknown, v3, legacy };

struct StorePageQuery {
  std::string pubsub_topic;
  std::vector<std::string> content_topics;
  std::optional<std::int64_t> start_ns;
  std::optional<std::int64_t> end_ns;
  std::string cursor;  // as the answer before said; empty: from the start
  std::uint32_t limit = kMaxStorePage;
  bool forward = true;
  bool data = true;  // false: hashes are enough, where the node can
};

// What is looked for by its hash.
struct Sought {
  MessageHash hash{};
  std::string pubsub_topic;
  std::string content_topic;
  std::int64_t timestamp_ns = 0;
};

class StoreClient {
 public:
  // `peer`: the multiaddress of another store than the node's own choice; empty: that. They outlive the client, as does
  // `dialect`, which it finds out.
  StoreClient(HttpClient& http, const std::string& peer, const Network& network, StoreDialect& dialect,
              Counters& counters)
      : http_(http), peer_(peer), network_(network), dialect_(dialect), counters_(counters) {}

  // A page that is too large is asked for again in parts. Errors are those of `ask`.
  asio::awaitable<Result<StoreAnswer>> page(StorePageQuery query);
  // Those of `sought` (1 … kHashes) that the store has; with their data if that is wanted. v3 alone answers for hashes
  // without a look at each topic.
  static constexpr std::size_t kHashes = 50;
  asio::awaitable<Result<StoreAnswer>> find(std::vector<Sought> sought, bool data);

 private:
  asio::awaitable<Result<StoreAnswer>> page_once(const StorePageQuery& query);
  asio::awaitable<Result<StoreAnswer>> v3(std::string target, const std::string& pubsub_topic);
  asio::awaitable<Result<StoreAnswer>> legacy(const StorePageQuery& query);
  void count(const StoreAnswer& answer);

  HttpClient& http_;
  const std::string peer_;
  const Network network_;
  StoreDialect& dialect_;
  Counters& counters_;
};

}  // namespace status::waku::attach
