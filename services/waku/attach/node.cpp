#include "services/waku/attach/node.h"

#include <boost/asio/co_spawn.hpp>

namespace status::waku::attach {
namespace {

// An exception (no memory) ends the process: the supervisor starts it again, and what was promised is in its database.
void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

Node::Node(Runtime& runtime, const std::string& folder)
    : runtime_(runtime),
      link_(runtime, folder + "/attach_network", [this] { on_link(); }),
      feed_(runtime, link_),
      sender_(runtime, link_, feed_),
      queries_(runtime, link_) {}

void Node::start(Resume resume, std::function<void(Result<Started>)> started) {
  queries_.begin(resume.peers);
  auto on_first = [this, resume = std::move(resume), started = std::move(started)](Result<Network> network) {
    if (!network) return started(fail(network.error()));
    network_ = *network;
    feed_.begin(network_, resume);
    sender_.begin(network_);
    asio::co_spawn(runtime_.io, feed_.run(), rethrow);
    asio::co_spawn(runtime_.io, sender_.run(), rethrow);
    // What the process before took over and nobody has confirmed is published again: it is the same message.
    started(Started{resume.own});
  };
  asio::co_spawn(runtime_.io, link_.run(std::move(on_first)), rethrow);
}

void Node::stop() {
  runtime_.stopping = true;
  link_.stop();
  feed_.stop();
  sender_.stop();
  queries_.stop();
}

void Node::on_link() {
  feed_.on_link();
  sender_.on_link();
  if (link_.node() != nullptr) queries_.reconnect();
}

void Node::store_query(StoreQuery query, std::string peer, Done<StorePage> done) {
  queries_.store_query(network_, std::move(query), std::move(peer), std::move(done));
}

void Node::peers(Done<std::vector<PeerInfo>> done) { queries_.peers(std::move(done)); }

void Node::connect(std::string address, Done<std::string> done) {
  queries_.connect(std::move(address), std::move(done));
}

Status Node::disconnect(const std::string& address) { return queries_.disconnect(address); }

BackendInfo Node::info() {
  BackendInfo out;
  out.backend = "attach";
  out.network = network_;
  out.max_message_bytes = static_cast<std::uint32_t>(runtime_.config.max_message_bytes);
  out.connection = link_.connection();
  out.counters = runtime_.counters.list();
  out.counters.emplace_back("sending_now", sender_.size());
  if (const AttachedNode* node = link_.node()) {
    out.version = node->described.version;
    out.id = node->described.info.peer_id;
    out.addresses = node->described.info.addresses;
  }
  return out;
}

}  // namespace status::waku::attach
