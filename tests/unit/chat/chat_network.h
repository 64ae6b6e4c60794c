// Chat services joined by a network in memory that loses, delays, reorders and duplicates, on one fake clock. One
// thread, no sleeping: time jumps to the next thing that happens.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/chat/service.h"
#include "tests/unit/host/store_fixture.h"

namespace status::chat::test {

// The common clock with a wall clock of its own.
class NodeClock final : public Clock {
 public:
  NodeClock(const Clock& base, std::chrono::milliseconds offset) : base_(base), offset_(offset) {}
  MonotonicTime monotonic() const override { return base_.monotonic(); }
  std::int64_t unix_ms() const override { return base_.unix_ms() + offset_.count(); }

 private:
  const Clock& base_;
  const std::chrono::milliseconds offset_;
};

struct Event {
  std::string name;
  Value data;
};

class Network;

// One node: a database that outlives its service, a durable stream of what has come, and the events it has published.
class Node final : public Delivery, public EventSink {
 public:
  Node(Network& network, std::string name, std::chrono::milliseconds clock_offset, std::uint64_t seed,
       const ChatConfig& config);

  // The database and the service; `stop` is a crash at a moment between two calls.
  void start();
  void stop();
  bool running() const { return service_ != nullptr; }
  ChatService& chat() { return *service_; }
  store::Database& database() { return *database_; }
  const std::string& name() const { return name_; }

  // Shorthands that expect success.
  std::string introduce(bool single_use = false);
  std::string converse_with(const std::string& introduction);
  HexBytes send(const std::string& conversation, const std::string& text);
  std::vector<std::string> texts(const std::string& conversation, bool outgoing = false);
  std::vector<Event> events_named(std::string_view name) const;
  // Every row of every table, for comparisons.
  std::string dump(const std::set<std::string>& except = {});

  // Delivery, EventSink.
  void send(Parcel parcel, Done done) override;
  void subscribe(const std::string& topic) override { topics_.insert(topic); }
  void publish(std::string_view event, Value data) override { events.push_back({std::string(event), std::move(data)}); }

  // A message for one of this node's topics goes into its stream.
  void arrive(const std::string& topic, const Bytes& payload);
  // Gives the service what is in the stream beyond its cursor; after an error of the service the rest waits.
  void drain();
  bool subscribed(const std::string& topic) const { return topics_.contains(topic); }

  std::vector<Event> events;
  bool accepts = true;  // whether hand-overs succeed
  store::FakeDisk disk;
  store::CommitLog commits;

 private:
  Network& network_;
  const std::string name_;
  NodeClock clock_;
  SeededRandom random_;
  const ChatConfig config_;
  store::TemporaryFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<ChatService> service_;
  std::set<std::string> topics_;
  std::vector<WakuInbound> stream_;
  std::size_t drained_ = 0;
};

struct Weather {
  double loss = 0;
  double duplication = 0;
  std::chrono::milliseconds min_delay{1};
  std::chrono::milliseconds max_delay{5};
};

class Network {
 public:
  explicit Network(std::uint64_t seed) : random_(seed), seed_(seed) {}

  Node& add(const std::string& name, std::chrono::milliseconds clock_offset = {}, const ChatConfig& config = {});
  const FakeClock& clock() const { return clock_; }

  // Lets things happen in order of time until `done`, for at most `limit` of the fake clock; whether it was done.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::minutes(5));
  // Lets `duration` pass.
  void run_for(std::chrono::milliseconds duration);

  struct Sent {
    std::string from;
    std::string topic;
    Bytes payload;
    bool ephemeral = false;
  };
  // From nodes; the completion goes back to the sender soon.
  void send(Node& from, Parcel parcel, Delivery::Done done);

  Weather weather;
  // Decides on single messages, before the weather does; absent: nothing is dropped.
  std::function<bool(const Sent&)> drops;
  std::vector<Sent> sent;

 private:
  void at(std::chrono::milliseconds delay, std::function<void()> action);
  // The time of the next thing that happens, of the network or of a service.
  std::optional<MonotonicTime> next_time() const;
  void happen();
  double chance() { return std::uniform_real_distribution<double>()(random_); }

  FakeClock clock_;
  std::mt19937_64 random_;
  const std::uint64_t seed_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::multimap<MonotonicTime, std::function<void()>> queue_;
};

}  // namespace status::chat::test
