// A Waku network inside the test, as the nodes of the delivery library see one: what a node sends reaches the others, a
// store has what is not ephemeral, and each node is told what its library would tell. Stands behind the fixture libraries
// (tests/fixtures/native/hub.h) and behind a module that plays waku_native. Any thread.
//
// A word in a content topic changes what is said of a message: `/mute/` nothing, `/twice/` everything twice, `/silent/`
// no `sent`, `/early/` everything before the answer, `/wrong_hash/` another hash than the message has.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "services/waku/message.h"
#include "services/waku/sharding.h"

namespace status::test {

class WakuNetwork {
 public:
  // An event of the library: its listener, and its JSON.
  using OnEvent = std::function<void(const std::string& listener, const std::string& json)>;
  struct Answer {
    bool well = true;
    std::string text;
    std::vector<std::function<void()>> after;  // events, to be told when the answer is on its way
  };
  struct Stored {
    waku::MessageHash hash{};
    waku::WakuMessage message;
  };

  static constexpr const char* kStorePeer = "16Uiu2HAmStore";
  static constexpr const char* kShard = "/waku/2/rs/16/0";

  // `sent` is said of what the store has.
  void confirm(bool yes) { confirms_ = yes; }
  // Whether the store answers.
  void open_store(bool open) { store_open_ = open; }

  // A node that is connected. `on_event` is called under no lock, by whoever causes the event.
  std::uint64_t join(OnEvent on_event);
  void leave(std::uint64_t node);

  // send JSON · publish SHARD JSON · subscribe TOPIC · unsubscribe TOPIC · subscribe_shard SHARD · query JSON STORE · peers
  Answer call(std::uint64_t node, const std::string& function, const std::string& first, const std::string& second);

  // As another node's, somewhere: reaches every node, and the store unless `lost_on_the_way`, when only the store has it.
  waku::MessageHash inject(const std::string& content_topic, const std::string& payload, bool lost_on_the_way = false);
  // That node is told that it is connected, or not.
  void tell_connection(std::uint64_t node, const std::string& word);

  std::vector<Stored> stored() const;
  std::set<std::string> subscriptions(std::uint64_t node) const;
  std::uint64_t queries() const { return queries_; }

 private:
  struct Member {
    OnEvent on_event;
    std::set<std::string> topics;
    std::set<std::string> shards;
    std::uint64_t requests = 0;
  };
  using Events = std::vector<std::function<void()>>;

  Answer send(std::uint64_t node, const std::string& envelope);
  Answer publish(std::uint64_t node, const std::string& shard, const std::string& json);
  Answer query(const Value& query);
  std::string peers() const;
  void spread(const Stored& stored, Events& events);
  std::int64_t next_timestamp();

  mutable std::mutex mutex_;
  std::atomic<bool> confirms_{false};
  std::atomic<bool> store_open_{true};
  std::atomic<std::uint64_t> queries_{0};
  std::map<std::uint64_t, Member> members_;
  std::uint64_t last_member_ = 0;
  std::int64_t last_timestamp_ = 0;
  std::vector<Stored> stored_;
};

}  // namespace status::test
