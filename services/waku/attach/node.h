// The attach backend without its thread: link, feed and sender together, and the calls that ask the node something
// once. Backend's thread; private to the attach backend.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/waku/attach/feed.h"
#include "services/waku/attach/link.h"
#include "services/waku/attach/queries.h"
#include "services/waku/attach/sender.h"

namespace status::waku::attach {

class Node {
 public:
  // `folder`: the module's own; keeps `attach_network`.
  Node(Runtime& runtime, const std::string& folder);

  // Once. `started` answers once, with the network of the node, or with why there is none.
  void start(Resume resume, std::function<void(Result<Started>)> started);
  // Everything that waits ends, with UNAVAILABLE where somebody waits for an answer.
  void stop();

  std::uint64_t head() { return feed_.head(); }
  void subscribe(const std::vector<std::string>& topics) { feed_.subscribe(topics); }
  void unsubscribe(const std::vector<std::string>& topics) { feed_.unsubscribe(topics); }
  void resume() { feed_.resume(); }
  Result<MessageHash> send(WakuMessage message) { return sender_.send(std::move(message)); }
  void store_query(StoreQuery query, std::string peer, Done<StorePage> done);
  void peers(Done<std::vector<PeerInfo>> done);
  void connect(std::string address, Done<std::string> done);
  Status disconnect(const std::string& address);
  BackendInfo info();

 private:
  void on_link();

  Runtime& runtime_;
  Link link_;
  Feed feed_;
  Sender sender_;
  Queries queries_;
  Network network_;
};

}  // namespace status::waku::attach
