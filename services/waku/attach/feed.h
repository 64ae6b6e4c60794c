// From the node to the service: keeps the node subscribed, empties its caches, and compares what came with the store,
// so that what a cache of 50 dropped, or what came while the node or this process was away, is filled in.
//
// A position is a time of our clock, in Unix nanoseconds: all that the store had by then has been handed over. Messages
// after it are counted upwards by one each; the next comparison moves it. Backend's thread; private to the attach
// backend.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/waku/attach/link.h"
#include "services/waku/seen_cache.h"

namespace status::waku::attach {

class Feed {
 public:
  Feed(Runtime& runtime, Link& link);

  // Before run().
  void begin(const Network& network, const Resume& resume);
  // Until the runtime stops.
  asio::awaitable<void> run();
  void stop();

  std::uint64_t head();
  void subscribe(const std::vector<std::string>& content_topics);
  void unsubscribe(const std::vector<std::string>& content_topics);
  // The service has room again. What it had none for is kept here, so where it stands does not matter.
  void resume();
  // Nobody gets this message back.
  void add_own(const MessageHash& hash);
  // The node has to be subscribed to the topic's shard before it takes a message for it.
  void want_shard(const std::string& pubsub_topic);
  // The node was found or lost.
  void on_link();

 private:
  struct Topic {
    std::int64_t since_ns = 0;  // what was sent before is not wanted
    bool fresh = false;         // nothing was drained for it yet: a cache may have what was sent before
    bool compared = false;      // with the store, once: what comes from now on is new, whatever time it bears
  };
  struct Group {
    std::string pubsub_topic;
    std::vector<std::string> content_topics;
  };

  asio::awaitable<Status> work();
  asio::awaitable<Status> leave();
  asio::awaitable<Status> drain_all();
  asio::awaitable<Status> drain(std::string cache);
  asio::awaitable<Status> subscribe_at_node(std::string subscription);
  asio::awaitable<void> look_after_filter();
  asio::awaitable<Status> compare();
  asio::awaitable<Status> compare(const Group& group, std::int64_t from_ns);
  asio::awaitable<Status> fetch(StoreClient& store, std::vector<Sought> sought);
  std::vector<Group> groups() const;
  void on_compared(const Status& result, std::int64_t begun_ns);

  void set_behind();
  void take_drained(WakuMessage message);
  void take_stored(StoreEntry entry);
  bool is_new(const MessageHash& hash) const { return !seen_.contains(hash) && !own_.contains(hash); }
  void deliver(const MessageHash& hash, const std::string& pubsub_topic, WakuMessage message);
  bool hand_over(const ReceivedMessage& message);

  Runtime& runtime_;
  Link& link_;
  HttpClient http_;
  Alarm alarm_;
  Network network_;
  std::map<std::string, Topic> topics_;
  std::int64_t head_ns_ = 0;          // as head() said last: subscriptions that follow are from there
  std::set<std::string> shards_;      // wanted for sending alone
  std::set<std::string> left_;        // to be unsubscribed from at the node
  std::set<std::string> subscribed_;  // at the node of generation_, where draining does not tell
  std::uint64_t generation_ = 0;      // of the link
  SeenCache seen_;
  SeenCache own_;

  MonotonicTime next_compare_{};
  bool store_fails_ = false;
  std::vector<WakuMessage> held_;        // out of caches that were full: after what the store has from before
  std::int64_t complete_ns_ = 0;         // as a position: all before has been handed over
  std::uint64_t position_ = 0;           // of the last message
  bool refused_ = false;                 // the service has no room
  std::deque<ReceivedMessage> waiting_;  // for that room
};

}  // namespace status::waku::attach
