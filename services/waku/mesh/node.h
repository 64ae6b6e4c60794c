// One node of the mesh: wires identity, listener, dialer, peers, relay, store and catch-up together. Everything runs on
// the mesh thread; MeshBackend is the shell that brings calls from other threads here.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "ipc/tls/identity.h"
#include "services/waku/backend.h"
#include "services/waku/mesh/catch_up.h"
#include "services/waku/mesh/delivery.h"
#include "services/waku/mesh/dialer.h"
#include "services/waku/mesh/listener.h"
#include "services/waku/mesh/message_archive.h"
#include "services/waku/mesh/peer.h"
#include "services/waku/mesh/pending.h"
#include "services/waku/mesh/relay.h"
#include "services/waku/mesh/runtime.h"
#include "services/waku/mesh/store_queries.h"

namespace status::waku::mesh {

class Node final : private PeerListener, private Forwarder {
 public:
  Node(Runtime& runtime, MessageArchive& archive, BackendEvents& events);

  // `folder` holds the node's key and its port. Errors as of Backend::start.
  Result<Started> start(const std::string& folder, const Resume& resume);
  // Says goodbye to every peer. The loop has to run on until closed().
  void stop();
  bool closed() const { return peers_.empty(); }

  std::uint64_t head() const { return archive_.head(); }
  void subscribe(const std::vector<std::string>& topics) { delivery_.subscribe(topics); }
  void unsubscribe(const std::vector<std::string>& topics) { delivery_.unsubscribe(topics); }
  void resume(std::uint64_t position) { delivery_.resume(position); }
  Result<MessageHash> send(const WakuMessage& message);
  void store_query(const StoreQuery& query, const std::string& peer, Done<StorePage> done);
  std::vector<PeerInfo> peers() const;
  void connect(const std::string& address, Done<std::string> done);
  Status disconnect(const std::string& address);
  BackendInfo info() const;

 private:
  std::optional<CloseReason> admit(const Peer& peer) override;
  Hello greeting() override;
  void on_ready(Peer& peer) override;
  bool expects(const Peer& peer, const Frame& frame) const override;
  void on_frame(Peer& peer, const Frame& frame) override;
  void on_gone(Peer& peer, CloseReason reason, const std::string& text, bool by_peer) override;
  void forward(const SharedFrame& frame, std::size_t message_bytes, bool stored, const Peer* source) override;

  void handle(Peer& peer, const Relayed& relayed);
  void handle(Peer& peer, const Ack& ack);
  void handle(Peer& peer, const CatchUp& request);

  PeerListener& listener() { return *this; }  // make_unique may not use the private base
  const Peer* dial(const PeerAddress& address);
  bool has_room_for(const Peer& peer, bool wanted) const;
  void on_socket(boost::asio::ip::tcp::socket socket);
  void settle_duplicates(Peer& newcomer);
  bool loses_to(const Peer& peer, const Peer& other) const;
  Result<Started> take_up(const std::vector<MessageHash>& own);
  void offer_again(const Relay::Published& published);
  Peer* ready_peer(const PeerId& id) const;
  Connection connection() const;
  void report_connection();
  void schedule_tick();
  void tick();
  void expire();

  Runtime& runtime_;
  MessageArchive& archive_;
  BackendEvents& events_;
  tls::Identity identity_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  const std::uint64_t instance_;
  Delivery delivery_;
  Relay relay_;
  Pending pending_;
  CatchUpClient catch_up_;
  StoreQueries queries_;
  Dialer dialer_;
  Listener listener_;
  boost::asio::steady_timer tick_timer_;
  std::list<std::unique_ptr<Peer>> peers_;
  Connection reported_ = Connection::disconnected;
  MonotonicTime last_expiry_;
  bool expiring_ = false;  // a further step is scheduled
  bool stopping_ = false;
};

}  // namespace status::waku::mesh
