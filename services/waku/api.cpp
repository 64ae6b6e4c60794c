#include "services/waku/api.h"

namespace status::waku {
namespace {

api::ErrorInfo invalid_content_topic() {
  return {Code::invalid_argument, "waku.invalid_content_topic",
          "The topic does not follow the grammar; the message says where."};
}
api::ErrorInfo invalid_address() {
  return {Code::invalid_argument, "waku.invalid_address", "The address is none, or leads back to this node."};
}
api::ErrorInfo unknown_peer() { return {Code::not_found, "waku.unknown_peer", "There is no such peer."}; }

}  // namespace

api::MethodInfo Subscribe::info() {
  return {.name = "subscribe",
          .summary =
              "From now on the messages of these topics come in `waku.messages.next`. Per caller, kept across "
              "restarts; may be repeated.",
          .effect = api::Effect::write,
          .errors = {invalid_content_topic(),
                     {Code::resource_exhausted, "waku.too_many_subscriptions", "The caller has 20,000 already."}}};
}

api::MethodInfo Unsubscribe::info() {
  return {.name = "unsubscribe",
          .summary = "Undoes the caller's own subscriptions; topics that it has none of are ignored.",
          .effect = api::Effect::write};
}

api::MethodInfo Send::info() {
  return {
      .name = "send",
      .summary =
          "Takes a message over: it survives a restart (unless ephemeral) and is offered to the network until another "
          "node has it. Events `propagated`, `sent` and `error` tell how far it came.",
      .effect = api::Effect::write,
      .errors = {invalid_content_topic(),
                 {Code::already_exists, "waku.duplicate_message",
                  "The backend has this very message already: as good as a success."},
                 {Code::resource_exhausted, "waku.message_too_large", "It exceeds the network's maximum."},
                 {Code::resource_exhausted, "waku.too_many_pending",
                  "4,096 messages wait for a node to take them; try later."}}};
}

api::MethodInfo StoreQueryMethod::info() {
  return {.name = "store_query",
          .summary = "A page of stored messages.",
          .effect = api::Effect::read,
          .errors = {invalid_content_topic(),
                     unknown_peer(),
                     {Code::not_found, "waku.unknown_cursor",
                      "The store has forgotten the message that the cursor names: start anew."},
                     {Code::unavailable, "waku.peer_gone", "The peer went away before it answered."},
                     {Code::unavailable, "waku.library_away", "The backend's library is not ready."},
                     {Code::unavailable, "waku.no_store", "No store node is connected."},
                     {Code::unimplemented, "waku.not_supported", "The backend's library asks no stores."},
                     {Code::deadline_exceeded, "waku.store_timeout", "The peer did not answer in time."},
                     {Code::resource_exhausted, "waku.too_many_queries", "64 queries are under way."}}};
}

void PeerView::describe(api::Fields<PeerView>& f) {
  f.add("id", &PeerView::id, "64 hex digits, or a peer id of libp2p; empty while it is not known.");
  f.add("address", &PeerView::address, "As configured, or the other end of a link that came in.");
  f.add("outbound", &PeerView::outbound, "This node dials it, or has dialled the link.");
  f.add("configured", &PeerView::configured,
        "From the configuration; else `waku.connect` or the peer itself brought it.");
  f.add("connected", &PeerView::connected, "A link stands.");
  f.add("connected_since_ms", &PeerView::connected_since_ms, "0 while it does not.");
  f.add("clock_offset_ms", &PeerView::clock_offset_ms, "The peer's wall clock less ours, as of its greeting.");
  f.add("round_trip_us", &PeerView::round_trip_us, "Of the last keepalive; 0 before the first.");
  f.add("messages_in", &PeerView::messages_in, "Over this link.");
  f.add("messages_out", &PeerView::messages_out, "Over this link.");
  f.add("agent", &PeerView::agent, "What the peer says it is.");
  f.add("last_error", &PeerView::last_error, "Why the last attempt or link ended.");
}

api::MethodInfo Peers::info() {
  return {
      .name = "peers", .summary = "The nodes that this one is linked to, or wants to be.", .effect = api::Effect::read};
}

api::MethodInfo Connect::info() {
  return {
      .name = "connect",
      .summary =
          "Dials a peer now and answers when the link stands; from then on it is kept up, across restarts. A peer that "
          "could not be reached is not kept.",
      .effect = api::Effect::write,
      .errors = {invalid_address(),
                 {Code::unavailable, "waku.peer_unreachable", "Nobody answers there."},
                 {Code::failed_precondition, "waku.wrong_peer", "Another node answers there than the one named."},
                 {Code::failed_precondition, "waku.wrong_network", "It is of another network or version."},
                 {Code::permission_denied, "waku.not_allowed", "It takes configured peers only."}}};
}

api::MethodInfo Disconnect::info() {
  return {.name = "disconnect",
          .summary = "Undoes `waku.connect`.",
          .effect = api::Effect::write,
          .errors = {invalid_address(), unknown_peer()}};
}

void Info::Reply::describe(api::Fields<Reply>& f) {
  f.add("backend", &Reply::backend, "Which implementation runs.").one_of({"mesh", "native", "attach"});
  f.add("version", &Reply::version, "Of the backend.");
  f.add("id", &Reply::id, "This node's: 64 hex digits, or a peer id of libp2p.");
  f.add("addresses", &Reply::addresses, "What others may give to `waku.connect`.");
  f.add("cluster", &Reply::cluster, "Of the network.");
  f.add("shards", &Reply::shards, "Of the network; autosharding spreads topics over them.");
  f.add("max_message_bytes", &Reply::max_message_bytes, "Of an encoded message.");
  f.add("connection", &Reply::connection, "How well this node is linked.")
      .one_of({"disconnected", "partially_connected", "connected"});
  f.add("stored_messages", &Reply::stored_messages, "In this node's own store.");
  f.add("stored_bytes", &Reply::stored_bytes, "In this node's own store.");
  f.add("subscriptions", &Reply::subscriptions, "Content topics, of all callers.");
  f.add("counters", &Reply::counters, "What the backend and the module have counted.");
}

api::MethodInfo Info::info() {
  return {.name = "info", .summary = "This node in its network.", .effect = api::Effect::read};
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("waku", api_version(nullptr), "Delivery of messages by content topic",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<Subscribe>()
          .method<Unsubscribe>()
          .method<Send>()
          .method<StoreQueryMethod>()
          .method<Peers>()
          .method<Connect>()
          .method<Disconnect>()
          .method<Info>()
          .event<SendProgress>("propagated", "At least one other node has taken the message.")
          .event<SendProgress>("sent", "Another node has stored the message.")
          .event<SendFailure>("error", "No node took the message in time; it may still travel later.")
          .event<ConnectionChanged>("connection", "This node is linked better or worse than before.")
          .event<ConsumerDropped>("consumer_dropped",
                                  "A consumer of a durable stream was not seen for 30 days: nothing is kept for it.")
          .event<MessageView>("message_received", "A message of a subscribed topic.")
          .stream("events", "What becomes of sent messages, of the connection and of consumers.",
                  {"propagated", "sent", "error", "connection", "consumer_dropped"})
          .durable_stream("messages", "The messages of subscribed topics.", {"message_received"});
  return declared;
}

}  // namespace status::waku
