// Whether the node is there, what it is, and how it feels: found at the start, watched from then on, found again after
// it was lost. Backend's thread; private to the attach backend.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "services/waku/attach/rest_node.h"
#include "services/waku/attach/route.h"
#include "services/waku/attach/runtime.h"
#include "services/waku/attach/store_client.h"

namespace status::waku::attach {

// A node that answers and is of our network.
struct AttachedNode {
  Described described;
  Route route;
  StoreDialect store = StoreDialect::unknown;
  bool legacy_push = false;
};

class Link {
 public:
  // `on_change` after each time the node was found or lost.
  Link(Runtime& runtime, std::string remembered_in, std::function<void()> on_change);

  // Until the runtime stops. `on_first` once: with the network, as soon as that is known and one look was had; with the
  // error that ends the start.
  asio::awaitable<void> run(std::function<void(Result<Network>)> on_first);
  void stop();

  // Null while there is none.
  AttachedNode* node() { return node_ ? &*node_ : nullptr; }
  Connection connection() const { return connection_; }
  // Grows whenever a node is found: what was told to the one before may be forgotten.
  std::uint64_t generation() const { return generation_; }
  // Somebody's request has failed: where that says that the node is away or starts, it is lost at once.
  void on_failure(const Error& error);

 private:
  asio::awaitable<Status> look();
  asio::awaitable<Status> find();
  asio::awaitable<Result<Way>> choose_way(const Described& described, const Network& network);
  asio::awaitable<void> watch(const Health& health);
  Result<Network> network_of(const NodeInfo& info) const;
  std::optional<Network> known_network() const;
  void lose(const Error& error);
  void report(Connection connection);

  Runtime& runtime_;
  const std::string remembered_in_;  // a file: the network of the last node, for a start without it
  const std::function<void()> on_change_;
  HttpClient http_;
  Alarm alarm_;
  std::optional<AttachedNode> node_;
  std::uint64_t generation_ = 0;
  Connection connection_ = Connection::disconnected;
  bool reported_ = false;   // a connection
  std::string complained_;  // the last notice of a failure: the same is not told twice
};

}  // namespace status::waku::attach
