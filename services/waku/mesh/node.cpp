#include "services/waku/mesh/node.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "ipc/tls/context.h"
#include "services/waku/mesh/ages.h"
#include "services/waku/mesh/tls_link.h"

namespace status::waku::mesh {
namespace {

// What one step takes out of a store that is too large: links are served between two steps.
constexpr std::uint64_t kExpiryStepBytes = 8 * 1024 * 1024;
constexpr std::size_t kUnknownLinks = 64;  // that came in and whose key is not known yet
constexpr std::size_t kLinksOfOneId = 4;   // until both have greeted and one of them is left

// One spelling for what is remembered by its text.
Result<PeerAddress> canonical_address(const std::string& text) {
  Result<PeerAddress> address = parse_peer_address(text);
  if (!address || to_text(*address) == text) return address;
  return fail(Code::invalid_argument, "waku.invalid_address", "write the address as " + to_text(*address));
}

}  // namespace

Node::Node(Runtime& runtime, MessageArchive& archive, BackendEvents& events)
    : runtime_(runtime),
      archive_(archive),
      events_(events),
      instance_(runtime.random.next64()),
      delivery_(runtime, archive, events),
      relay_(runtime, archive, *this, delivery_),
      pending_(runtime, events),
      catch_up_(runtime, archive, relay_),
      queries_(runtime, archive),
      dialer_(runtime, {.dial = [this](const PeerAddress& address) { return dial(address); },
                        .linked = [this](const PeerId& id) { return ready_peer(id) != nullptr; }}),
      listener_(runtime, [this](boost::asio::ip::tcp::socket socket) { on_socket(std::move(socket)); }),
      tick_timer_(runtime.io),
      last_expiry_(runtime.clock.monotonic()) {}

Result<Started> Node::start(const std::string& folder, const Resume& resume) {
  Result<tls::Identity> identity = tls::load_or_create_identity(folder + "/mesh_key.pem");
  if (!identity) return tl::unexpected(identity.error());
  identity_ = std::move(*identity);
  auto context = tls::make_context(identity_, {.protocol = kAlpn});
  if (!context) return tl::unexpected(context.error());
  tls_ = std::move(*context);
  Result<Started> started = take_up(resume.own);  // before there is a peer that would have to be told of them
  if (!started) return started;
  if (Status open = listener_.open(runtime_.config.listen, folder + "/mesh_port"); !open) return fail(open.error());
  delivery_.start(resume);
  for (const PeerAddress& address : runtime_.config.peers) dialer_.add(address, true);
  for (const std::string& text : resume.peers) {
    if (const Result<PeerAddress> address = parse_peer_address(text)) dialer_.add(*address, false);
  }
  schedule_tick();
  return started;
}

// Messages of the process before this one: peers fetch what they have not got, and say what they have.
Result<Started> Node::take_up(const std::vector<MessageHash>& own) {
  const auto positions = archive_.positions_of(own);
  if (!positions) return fail(positions.error());
  Started started;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if ((*positions)[i] == 0) {
      started.missing.push_back(own[i]);
    } else {
      pending_.add(own[i], (*positions)[i]);
    }
  }
  return started;
}

void Node::stop() {
  stopping_ = true;
  tick_timer_.cancel();
  listener_.close();
  dialer_.stop();
  queries_.stop();
  catch_up_.flush();
  for (const auto& peer : peers_) peer->close(CloseReason::shutdown, "the node is stopping");
}

const Peer* Node::dial(const PeerAddress& address) {
  Peer& peer = *peers_.emplace_back(std::make_unique<Peer>(runtime_, *tls_, listener(), address));
  peer.start();
  return &peer;
}

// Who it is shows only after the handshake (admit). Until then the oldest makes room for the newest, so that nobody who
// opens connections and says nothing keeps others out.
void Node::on_socket(boost::asio::ip::tcp::socket socket) {
  if (stopping_) return;  // closes it
  const auto unknown = [](const auto& peer) { return !peer->outbound() && !peer->admitted() && !peer->closed(); };
  if (static_cast<std::size_t>(std::count_if(peers_.begin(), peers_.end(), unknown)) >= kUnknownLinks) {
    (*std::find_if(peers_.begin(), peers_.end(), unknown))->close(CloseReason::too_many, "others wait too");
  }
  peers_.emplace_back(std::make_unique<Peer>(runtime_, *tls_, listener(), std::move(socket)))->start();
}

std::optional<CloseReason> Node::admit(const Peer& peer) {
  if (peer.id() == identity_.id) return CloseReason::self;
  if (peer.outbound()) {
    const bool wrong = peer.address().pin && *peer.address().pin != peer.id();
    return wrong ? std::optional(CloseReason::wrong_peer) : std::nullopt;
  }
  const bool pinned = dialer_.pinned(peer.id());
  if (!runtime_.config.accept_any && !pinned) return CloseReason::not_allowed;
  return has_room_for(peer, pinned) ? std::nullopt : std::optional(CloseReason::too_many);
}

// Whom this node wants always has a place; a stranger has none of theirs, and nobody many.
bool Node::has_room_for(const Peer& peer, bool wanted) const {
  const auto links = static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const auto& other) { return other->admitted(); }));
  const auto same = static_cast<std::size_t>(std::count_if(
      peers_.begin(), peers_.end(), [&](const auto& other) { return other->admitted() && other->id() == peer.id(); }));
  if (same >= kLinksOfOneId) return false;
  // Settled once it has greeted: a peer that started anew must not be kept out by its dead link.
  if (wanted || same > 0) return true;
  return links + dialer_.missing() < runtime_.config.max_peers;
}

Hello Node::greeting() {
  return {.cluster = runtime_.config.network.cluster,
          .shard_count = runtime_.config.network.shard_count,
          .max_message_bytes = static_cast<std::uint32_t>(runtime_.config.max_message_bytes),
          .instance = instance_,
          .unix_ms = runtime_.clock.unix_ms(),
          .archive = archive_.id(),
          .agent = std::string(kAlpn)};
}

void Node::on_ready(Peer& peer) {
  dialer_.on_ready(peer);
  settle_duplicates(peer);
  if (!peer.ready()) return;
  catch_up_.on_ready(peer);
  for (SharedFrame& frame : pending_.unpropagated()) peer.send(std::move(frame));
  report_connection();
}

// Two nodes that dial each other keep the link that the one with the lower id dialled: both ends see it the same way.
// Of two links that the same end dialled both ends keep the one with the lower tag. A link to an earlier incarnation of
// the peer is dead already.
void Node::settle_duplicates(Peer& newcomer) {
  for (const auto& other : peers_) {
    if (other.get() == &newcomer || !other->ready() || !newcomer.ready() || other->id() != newcomer.id()) continue;
    if (other->hello().instance != newcomer.hello().instance) {
      other->close(CloseReason::duplicate, "the peer has started anew");
    } else if (loses_to(newcomer, *other)) {
      newcomer.close(CloseReason::duplicate, "there is a link already");
    } else {
      other->close(CloseReason::duplicate, "another link took its place");
    }
  }
}

bool Node::loses_to(const Peer& peer, const Peer& other) const {
  if (peer.outbound() == other.outbound()) return peer.tag() > other.tag();
  const bool we_are_lower = identity_.id < peer.id();
  return peer.outbound() != we_are_lower;
}

bool Node::expects(const Peer& peer, const Frame& frame) const {
  if (const auto* page = std::get_if<Page>(&frame)) return catch_up_.expects(peer, page->request);
  if (const auto* result = std::get_if<QueryResult>(&frame)) return queries_.expects(peer, result->request);
  return false;
}

void Node::on_frame(Peer& peer, const Frame& frame) {
  if (const auto* relayed = std::get_if<Relayed>(&frame)) return handle(peer, *relayed);
  if (const auto* ack = std::get_if<Ack>(&frame)) return handle(peer, *ack);
  if (const auto* request = std::get_if<CatchUp>(&frame)) return handle(peer, *request);
  if (const auto* page = std::get_if<Page>(&frame)) return catch_up_.on_page(peer, *page);
  if (const auto* query = std::get_if<Query>(&frame)) return queries_.serve(peer, *query);
  if (const auto* result = std::get_if<QueryResult>(&frame)) return queries_.on_result(peer, *result);
}

void Node::handle(Peer& peer, const Relayed& relayed) {
  ++peer.statistics.messages_in;
  const Relay::Verdict verdict = relay_.accept({relayed.age_ms, relayed.shard, relayed.encoded}, &peer);
  if (verdict.hashed) peer.answer("mesh.ack", Ack{verdict.outcome, verdict.position, verdict.hash});
  if (verdict.archive_failed) {
    catch_up_.on_hole(peer);
  } else {
    catch_up_.on_position(peer, relayed.position);
  }
}

void Node::handle(Peer& peer, const Ack& ack) {
  pending_.on_ack(ack.hash, ack.outcome);
  catch_up_.on_position(peer, ack.position);
}

void Node::handle(Peer& peer, const CatchUp& request) {
  if (request.archive == archive_.id() && request.after <= archive_.head()) {
    peer.has_up_to = request.after;
    pending_.on_stored_up_to(request.after);
  }
  std::vector<Record> records;
  const Result<Page> page = serve_catch_up(runtime_, archive_, request, peer.hello().max_message_bytes, records);
  if (page) {
    peer.caught_up = !page->more;
    return peer.answer("mesh.page", *page);
  }
  ++runtime_.counters.archive_errors;
  peer.close(CloseReason::shutdown, "its store failed");  // the peer comes back and asks again
}

void Node::forward(const SharedFrame& frame, std::size_t message_bytes, bool stored, const Peer* source) {
  for (const auto& peer : peers_) {
    if (peer.get() == source || !peer->ready() || message_bytes > peer->hello().max_message_bytes) continue;
    if (stored && !peer->caught_up) continue;
    peer->send(frame);
    ++peer->statistics.messages_out;
    ++runtime_.counters.messages_forwarded;
  }
}

void Node::on_gone(Peer& peer, CloseReason reason, const std::string& text, bool by_peer) {
  const std::string who = peer.outbound() ? to_text(peer.address()) : peer.statistics.remote;
  if (!stopping_ && reason != CloseReason::network && reason != CloseReason::peer_closed) {
    events_.on_notice("link to " + who + " closed" + (by_peer ? " by the peer" : "") + ", " +
                      std::string(to_word(reason)) + ": " + text);
  }
  catch_up_.on_gone(peer);
  queries_.on_gone(peer);
  dialer_.on_gone(peer, reason, text);
  report_connection();
  // Not at once: the peer is still on the stack.
  boost::asio::post(runtime_.io, [this, gone = &peer] {
    peers_.remove_if([gone](const auto& candidate) { return candidate.get() == gone; });
  });
}

Peer* Node::ready_peer(const PeerId& id) const {
  const auto found =
      std::find_if(peers_.begin(), peers_.end(), [&](const auto& peer) { return peer->ready() && peer->id() == id; });
  return found == peers_.end() ? nullptr : found->get();
}

Connection Node::connection() const {
  const bool any = std::any_of(peers_.begin(), peers_.end(), [](const auto& peer) { return peer->ready(); });
  if (!any) return Connection::disconnected;
  const auto& targets = dialer_.targets();
  const bool all = std::all_of(targets.begin(), targets.end(),
                               [this](const auto& target) { return target->gave_up || dialer_.satisfied(*target); });
  return all ? Connection::connected : Connection::partially_connected;
}

void Node::report_connection() {
  if (const Connection now = connection(); now != reported_) {
    reported_ = now;
    events_.on_connection(now);
  }
}

// A message that was sent before, perhaps by the process before this one. Who has it says so as soon as it is asked, or
// has said so already; a peer that has not caught up will fetch and acknowledge it.
void Node::offer_again(const Relay::Published& published) {
  for (const auto& peer : peers_) {
    if (!peer->ready()) continue;
    if (peer->has_up_to >= published.position) return pending_.on_stored_up_to(peer->has_up_to);
    if (peer->caught_up) peer->send(published.frame);
  }
}

Result<MessageHash> Node::send(const WakuMessage& message) {
  if (pending_.full()) {
    return fail(make_retryable(Code::resource_exhausted, "waku.too_many_pending",
                               "too many messages wait for a peer to take them", 1000));
  }
  Result<Relay::Published> published = relay_.publish(message);
  if (!published) return tl::unexpected(published.error());
  if (message.ephemeral) {
    pending_.add(published->hash, std::move(published->frame));
  } else {
    pending_.add(published->hash, published->position);
    if (!published->fresh) offer_again(*published);
  }
  return published->hash;
}

void Node::store_query(const StoreQuery& query, const std::string& peer, Done<StorePage> done) {
  if (peer.empty()) return done(queries_.local(query));
  const std::optional<PeerId> id = tls::parse_key_id(peer);
  Peer* found = id ? ready_peer(*id) : nullptr;
  if (found == nullptr) return done(fail(Code::not_found, "waku.unknown_peer", "no link to a peer '" + peer + "'"));
  queries_.ask(*found, query, std::move(done));
}

void Node::connect(const std::string& address, Done<std::string> done) {
  const Result<PeerAddress> parsed = canonical_address(address);
  if (!parsed) return done(tl::unexpected(parsed.error()));
  dialer_.connect(*parsed, std::move(done));
}

Status Node::disconnect(const std::string& address) {
  const Result<PeerAddress> parsed = canonical_address(address);
  if (!parsed) return tl::unexpected(parsed.error());
  const Result<const Peer*> linked = dialer_.remove(*parsed);
  if (!linked) return tl::unexpected(linked.error());
  for (const auto& peer : peers_) {
    if (peer.get() == *linked) peer->close(CloseReason::unwanted, "removed by an operator");
  }
  report_connection();
  return {};
}

void Node::schedule_tick() {
  tick_timer_.expires_after(runtime_.config.tick);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;
    tick();
    schedule_tick();
  });
}

void Node::tick() {
  for (const auto& peer : peers_) peer->tick();
  pending_.tick();
  queries_.tick();
  catch_up_.tick();
  delivery_.tick();
  const bool due = runtime_.clock.monotonic() - last_expiry_ >= runtime_.config.expiry_interval;
  const bool excess = archive_.totals().bytes > runtime_.config.retention_bytes / 10 * 11;
  if (!expiring_ && (due || excess)) expire();
}

void Node::expire() {
  expiring_ = false;
  if (stopping_) return;
  last_expiry_ = runtime_.clock.monotonic();
  const std::uint64_t wanted = runtime_.config.retention_bytes;
  const std::uint64_t bytes = archive_.totals().bytes;
  const bool last_step = bytes <= wanted + kExpiryStepBytes;
  const std::int64_t oldest = runtime_.clock.unix_ms() - retention_ms(runtime_.config);
  if (!archive_.expire(oldest, last_step ? wanted : bytes - kExpiryStepBytes)) {
    ++runtime_.counters.archive_errors;  // the next tick tries again
    return;
  }
  if (last_step) return;
  expiring_ = true;
  boost::asio::post(runtime_.io, [this] { expire(); });
}

}  // namespace status::waku::mesh
