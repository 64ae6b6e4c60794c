// The library's node as the service sees it: what has to be done again when the library's process is another one, what
// its events mean, and what was missed meanwhile.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ipc/client/subscription.h"
#include "services/waku/native/catch_up.h"
#include "services/waku/native/counters.h"
#include "services/waku/native/library.h"
#include "services/waku/native/outgoing.h"
#include "services/waku/native/settings.h"
#include "services/waku/native/watermark.h"

namespace status::waku::native {

// What keeps the node from working as it should, by what it is about; empty: nothing any more. Any thread.
using Health = std::function<void(const std::string& about, const std::optional<std::string>& why)>;

struct NodeParts {
  Settings settings;
  ipc::Client& client;  // to waku_native
  std::weak_ptr<host::Executor> executor;
  BackendEvents& events;
  const Clock& clock;
  Health health;
};

// Everything on the executor, but for the constructor and the destructor, which run while it does not.
class Node final : private Outgoing::Caller {
 public:
  Node(NodeParts parts, const Resume& resume);

  void begin();
  void tick();
  std::optional<MonotonicTime> next_tick() const;

  // As those of Backend.
  std::uint64_t head() const { return now_ns(); }
  void subscribe(const std::vector<std::string>& topics, Done<void> done);
  void unsubscribe(const std::vector<std::string>& topics);
  void resume();
  void send(WakuMessage message, Done<MessageHash> done);
  void store_query(StoreQuery query, const std::string& peer, Done<StorePage> done);
  void peers(Done<std::vector<PeerInfo>> done);
  void connect(const std::string& address, Done<std::string> done);
  Status disconnect(const std::string& address);
  BackendInfo info() const;

 private:
  using Timer = std::optional<MonotonicTime>;

  void call(const LibraryCall& call, Done<std::string> done) override;
  std::uint64_t now_ns() const { return static_cast<std::uint64_t>(parts_.clock.unix_ms()) * 1'000'000; }

  // node.cpp: the library's life.
  void follow();
  void check();
  void attach(const LibraryFacts& facts);
  void put_subscriptions_in_place();
  void attached();
  void away(const Error& error);
  std::set<std::string> missing_subscriptions() const;
  void subscribe_to(const std::set<std::string>& names, std::function<void(const Status&)> done);
  void learn_own_names();

  // node_events.cpp: what it says, and what is given to the service.
  void on_page(const api::StreamReply& page, ipc::Subscription::Resume resume);
  void on_event(const api::StreamEvent& event);
  void on_arrival(Arrival arrival, std::int64_t time_ms);
  void set_connection(Connection connection);
  void ask_connection();
  void say_wrong_hash();
  void deliver(ReceivedMessage message);
  void drain();
  void when_drained(std::function<void()> work);
  void report_position();
  void miss();
  void begin_catch_up();
  void caught_up(const Status& outcome, std::uint64_t found);

  // node_calls.cpp: stores and peers.
  void ask_store(const StoreQuery& query, const std::string& store, Done<StorePage> done);
  void pick_store(Done<std::string> done);
  void find_store(const std::string& peer, Done<std::string> done);
  void list_peers(Done<std::vector<LibraryPeer>> done);

  NodeParts parts_;
  Library library_;
  Counters counters_;
  Outgoing outgoing_;
  Watermark watermark_;
  CatchUp catch_up_;
  std::map<std::string, std::uint64_t> topics_;  // each with the time from which it is wanted
  std::set<std::string> peers_;                  // that `connect` added: multiaddresses
  std::optional<LibraryFacts> facts_;            // of the process that was seen last
  std::set<std::string> subscribed_;             // at that process: topics, or shards in the relay tier
  std::set<std::string> refused_;                // of these
  Tier tier_ = Tier::messaging;
  bool checking_ = false;
  bool attached_ = false;
  bool away_ = false;  // and it has been said
  std::chrono::milliseconds check_pause_{0};
  Timer check_at_;
  Connection connection_ = Connection::disconnected;
  bool connection_known_ = false;
  std::string own_id_;
  std::vector<std::string> own_addresses_;
  std::size_t next_store_ = 0;
  std::uint64_t queries_ = 0;
  std::deque<ReceivedMessage> waiting_;
  bool blocked_ = false;  // the service has no room
  std::vector<std::function<void()>> when_drained_;
  Timer position_at_;
  Timer wrong_hash_said_;
  bool missed_again_ = false;
  std::chrono::milliseconds catch_up_pause_{0};
  Timer catch_up_at_;
  std::unique_ptr<ipc::Subscription> subscription_;  // last: its callbacks use the rest
};

}  // namespace status::waku::native
