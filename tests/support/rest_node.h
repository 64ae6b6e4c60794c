// A node of the delivery team's as its REST server shows it: relay by content topic and by shard, store v3 and the one
// before, filter, light push, messaging, health, peers; with the quirks of those servers, and restarts. Several of one
// RestNetwork pass messages on to each other. Any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "services/waku/message.h"
#include "services/waku/sharding.h"
#include "tests/support/http_server.h"

namespace status::test {

class RestNode;

// What relays between nodes, at once and without loss.
struct RestNetwork {
  std::mutex mutex;  // of all that its nodes have
  std::vector<RestNode*> nodes;
};

struct RestQuirks {
  waku::Network network{16, 1};
  bool record = true;      // the ENR names the shards
  bool today = true;       // /info; otherwise only /debug/v1/info, as go-waku
  bool relay = true;       // an edge node has none
  bool messaging = false;  // the newer interface
  bool timestamps = true;  // of its records
  bool store_v3 = true;
  bool store_before = false;  // /store/v1
  bool push_v3 = true;
  bool admin = true;
  bool initialising = false;  // 404 to all but /health
  std::size_t cache = 50;     // the oldest are dropped
  std::string health = "READY";
  std::string link = "Connected";
  HttpSaid publish{200, "OK"};  // what is said to a message; only 200 takes it
  bool echo = true;             // own messages come in the own cache
  bool store_works = true;
  bool store_keeps = true;    // what comes
  bool wrong_hashes = false;  // the store's
  bool numbers = false;       // payload as list of numbers, times as texts
  bool nulls = false;         // an empty list is null
  bool huge = false;          // drains answer with 17 MiB
  bool silent = false;        // nothing is answered
  int cut_drains = 0;         // so many drains are emptied, and their answer is lost
};

class RestNode {
 public:
  explicit RestNode(RestNetwork& network, RestQuirks quirks = {});
  ~RestNode();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::uint16_t port() const { return server_.port(); }

  // Away: connections fail, and what was subscribed to is forgotten with what the caches had. The store goes on.
  void stop();
  void start();
  template <class Change>
  void change(Change apply) {
    const std::lock_guard lock(network_.mutex);
    apply(quirks_);
  }

  // A message from elsewhere in the network, to the shard of its topic.
  void receive(const waku::WakuMessage& message);
  // A stored message that no cache ever had.
  void store(const waku::WakuMessage& message);

  // How often "POST /relay/v1/auto/messages" and such was asked.
  std::size_t asked(const std::string& what);
  // Subscriptions by their names, of whatever way.
  std::set<std::string> subscriptions();
  std::set<std::string> peers();
  std::size_t stored();

 private:
  struct Stored {
    waku::MessageHash hash{};
    std::string pubsub_topic;
    waku::WakuMessage message;
  };

  HttpSaid answer(const HttpAsked& asked);
  HttpSaid route(const HttpAsked& asked);
  HttpSaid change_subscriptions(const HttpAsked& asked, const Value& names);
  HttpSaid drain(const std::string& name);
  HttpSaid publish(const std::string& pubsub_topic, const Value& json);
  HttpSaid store_v3(const HttpAsked& asked);
  HttpSaid store_before(const HttpAsked& asked);
  std::vector<const Stored*> page(const HttpAsked& asked, const std::string& after, bool& more) const;
  waku::MessageHash shown(const Stored& one) const;
  Value message_json(const waku::WakuMessage& message) const;
  std::string info() const;
  std::string shard_of(const waku::WakuMessage& message) const;
  void keep(const std::string& pubsub_topic, const waku::WakuMessage& message);
  void cache(const std::string& pubsub_topic, const waku::WakuMessage& message);

  RestNetwork& network_;  // its mutex guards what follows
  RestQuirks quirks_;
  std::map<std::string, std::deque<waku::WakuMessage>> caches_;
  std::set<std::string> messaging_;  // subscribed to by that interface
  std::vector<Stored> stored_;       // by time stamp, then hash
  std::map<std::string, std::size_t> asked_;
  std::set<std::string> peers_;
  HttpServer server_;
};

}  // namespace status::test
