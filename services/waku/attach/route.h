// The ways by which messages come from and go to a node, and how each is asked for in REST. Plain values, any thread;
// private to the attach backend.
#pragma once

#include <string>
#include <string_view>

#include "services/waku/attach/http_client.h"
#include "services/waku/attach/rest_json.h"
#include "services/waku/sharding.h"

namespace status::waku::attach {

enum class Way {
  relay_auto,    // the node relays, and finds the shard of a content topic as this network does: a cache for each topic
  relay_shards,  // the node relays, and is told the shard: a cache for each shard
  messaging,     // an edge node with the messaging interface: one cache
  filter,        // an edge node without: a cache for each topic
};
std::string_view to_word(Way way);

class Route {
 public:
  Route(Way way, const Network& network) : way_(way), network_(network) {}
  Way way() const { return way_; }

  // Which of the node's caches has the messages of that content topic: the key of `drain`.
  std::string cache_of(const std::string& content_topic) const;
  // What is subscribed to so that they come: the key of the two below.
  std::string subscription_of(const std::string& content_topic) const;

  // Never repeated: the answer empties the cache.
  HttpRequest drain(const std::string& cache) const;
  Result<Drained> drained(const std::string& text) const;
  HttpRequest subscribe(const std::string& subscription) const;
  HttpRequest unsubscribe(const std::string& subscription) const;
  // NOT_FOUND from `drain` says that the subscription is gone, where the way has that.
  bool drain_tells() const { return way_ != Way::messaging; }

  // `legacy`: to a node whose light push is the one before.
  HttpRequest publish(const WakuMessage& message, const std::string& pubsub_topic, bool legacy) const;
  bool pushes() const { return way_ == Way::messaging || way_ == Way::filter; }

 private:
  HttpRequest change(Verb verb, const std::string& subscription) const;

  Way way_;
  Network network_;
};

}  // namespace status::waku::attach
