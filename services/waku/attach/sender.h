// From the service to the node: publishes own messages in their order, again and again until the node takes them or
// their time is up, and asks the store until it has them. Backend's thread; private to the attach backend.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "services/waku/attach/feed.h"
#include "services/waku/attach/link.h"

namespace status::waku::attach {

class Sender {
 public:
  static constexpr std::size_t kCapacity = 4096;  // messages that no node has taken yet

  Sender(Runtime& runtime, Link& link, Feed& feed);

  void begin(const Network& network) { network_ = network; }
  // Until the runtime stops.
  asio::awaitable<void> run();
  void stop();
  // The node was found or lost.
  void on_link();

  // As Backend::send. What is not ephemeral survives this process in the service's own database.
  Result<MessageHash> send(WakuMessage message);
  std::size_t size() const { return queue_.size(); }

 private:
  struct Own {
    MessageHash hash{};
    std::string pubsub_topic;
    WakuMessage message;
    MonotonicTime expires;
    MonotonicTime next_try;
  };
  struct Published {
    Sought sought;
    MonotonicTime expires;
  };
  using Watched = std::map<MessageHash, Published>;

  asio::awaitable<Status> publish_due();
  asio::awaitable<Status> publish(const Own& own);
  asio::awaitable<Status> confirm();
  void on_published(const Own& own);
  Watched::iterator give_up_on(Watched::iterator published);
  void expire();
  Milliseconds until_due() const;

  Runtime& runtime_;
  Link& link_;
  Feed& feed_;
  HttpClient http_;
  Alarm alarm_;
  Network network_;
  std::deque<Own> queue_;
  Watched published_;  // not known to be stored
  MonotonicTime next_confirm_{};
  Milliseconds confirm_delay_{0};
};

}  // namespace status::waku::attach
