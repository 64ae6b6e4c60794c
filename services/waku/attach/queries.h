// What is asked of the node once, on somebody's behalf: pages of a store, its peers. Each has a connection of its own.
// Backend's thread; private to the attach backend.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/waku/attach/link.h"

namespace status::waku::attach {

class Queries {
 public:
  static constexpr std::size_t kAtOnce = 16;

  Queries(Runtime& runtime, Link& link) : runtime_(runtime), link_(link) {}

  // What another backend knew peers by is no multiaddress, and not kept.
  void begin(const std::vector<std::string>& kept);
  void stop();
  // After the node was found: those that `connect` added are told to it again.
  void reconnect();

  // As those of Backend.
  void store_query(const Network& network, StoreQuery query, std::string peer, Done<StorePage> done);
  void peers(Done<std::vector<PeerInfo>> done);
  void connect(std::string address, Done<std::string> done);
  Status disconnect(const std::string& address);

 private:
  using Http = std::shared_ptr<HttpClient>;

  // `work(http)` answers with a Result<T>; UNAVAILABLE where there is no node, RESOURCE_EXHAUSTED past kAtOnce.
  template <class T, class Work>
  void run(Done<T> done, Work work);
  asio::awaitable<Result<StorePage>> query_store(Http http, Network network, StoreQuery query, std::string peer);
  asio::awaitable<Result<std::string>> address_of(Http http, std::string peer);
  asio::awaitable<Result<std::vector<PeerInfo>>> list_peers(Http http);
  asio::awaitable<Result<std::string>> add_peer(Http http, std::string address);

  Runtime& runtime_;
  Link& link_;
  std::set<std::string> kept_;  // addresses
  std::set<Http> open_;
  // The protocol before v3 goes on from more than a hash: what was handed out lately.
  std::map<MessageHash, std::string> cursors_;
};

}  // namespace status::waku::attach
