// The interface of the waku module: delivery of small messages by content topic. This file is the specification;
// api.cpp lists what belongs to it.
//
// Whoever has subscribed to a content topic gets its messages from the durable stream `waku.messages.next`: at least
// once until acknowledged, in the order in which they reached this node, each message once. What this node sends itself
// does not come back to it. Messages are found again, by everybody, in the stores of the network's nodes
// (`waku.store_query`).
#pragma once

#include "ipc/api/interface.h"
#include "ipc/api/types.h"

namespace status::waku {

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

struct Subscribe {
  struct Request {
    std::vector<std::string> content_topics;
    static void describe(api::Fields<Request>& f) {
      f.add("content_topics", &Request::content_topics, "`/application/version/name/encoding`.")
          .length(1, 512)
          .max_items(1000);
    }
  };
  struct Reply {
    std::string cursor;
    static void describe(api::Fields<Reply>& f) {
      f.add("cursor", &Reply::cursor, "Of `waku.messages.next`: what this subscription brings comes after it.");
    }
  };
  static api::MethodInfo info();
};

struct Unsubscribe {
  using Request = Subscribe::Request;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct Send {
  struct Request {
    std::string content_topic;
    Bytes payload;
    bool ephemeral = false;
    static void describe(api::Fields<Request>& f) {
      f.add("content_topic", &Request::content_topic, "`/application/version/name/encoding`.").length(1, 512);
      f.add("payload", &Request::payload, "Opaque; with its topic at most the network's `max_message_bytes`.")
          .length(0, 1'048'576);
      f.add("ephemeral", &Request::ephemeral, "True: for whoever is there now; no node stores it.").optional();
    }
  };
  struct Reply {
    HexBytes request_id;
    HexBytes message_hash;
    static void describe(api::Fields<Reply>& f) {
      f.add("request_id", &Reply::request_id, "Names this call in the events about it.").length(16, 16);
      f.add("message_hash", &Reply::message_hash,
            "The message's deterministic hash, the same at every node unless `propagated` names another.")
          .length(32, 32);
    }
  };
  static api::MethodInfo info();
};

struct MessageView {
  HexBytes message_hash;
  std::string pubsub_topic;
  std::string content_topic;
  Bytes payload;
  std::int64_t timestamp_ns = 0;
  std::uint32_t version = 0;
  Bytes meta;
  bool ephemeral = false;

  static void describe(api::Fields<MessageView>& f) {
    f.add("message_hash", &MessageView::message_hash, "Deterministic hash.").length(32, 32);
    f.add("pubsub_topic", &MessageView::pubsub_topic, "The shard it came on, `/waku/2/rs/<cluster>/<shard>`.");
    f.add("content_topic", &MessageView::content_topic, "`/application/version/name/encoding`.");
    f.add("payload", &MessageView::payload, "As it was sent.");
    f.add("timestamp_ns", &MessageView::timestamp_ns, "The sender's clock, Unix nanoseconds: not to be trusted.").big();
    f.add("version", &MessageView::version, "Of the payload's encryption; 0: opaque.");
    f.add("meta", &MessageView::meta, "The application's own, at most 64 bytes.");
    f.add("ephemeral", &MessageView::ephemeral, "No node stores it.");
  }
};

struct StoreQueryMethod {
  struct Request {
    std::vector<std::string> content_topics;
    std::optional<std::int64_t> time_start_ns;
    std::optional<std::int64_t> time_end_ns;
    std::optional<HexBytes> cursor;
    std::uint32_t limit = 20;
    bool forward = true;
    std::string peer;
    static void describe(api::Fields<Request>& f) {
      f.add("content_topics", &Request::content_topics, "Any of these; none: all topics.")
          .length(1, 512)
          .max_items(100)
          .optional();
      f.add("time_start_ns", &Request::time_start_ns, "Of the sender's time stamp, inclusive.").big();
      f.add("time_end_ns", &Request::time_end_ns, "Of the sender's time stamp, inclusive.").big();
      f.add("cursor", &Request::cursor, "From the page before.").length(32, 32);
      f.add("limit", &Request::limit, "Messages in the page.").range(1, 100).optional();
      f.add("forward", &Request::forward, "Oldest first; false: newest first.").optional();
      f.add("peer", &Request::peer,
            "Id of the peer whose store is asked; empty: this node's own, or one that the backend picks.")
          .length(0, 66)
          .optional();
    }
  };
  struct Reply {
    std::vector<MessageView> messages;
    std::optional<HexBytes> cursor;
    static void describe(api::Fields<Reply>& f) {
      f.add("messages", &Reply::messages, "By time stamp, then hash.");
      f.add("cursor", &Reply::cursor, "For the next page; absent on the last.").length(32, 32);
    }
  };
  static api::MethodInfo info();
};

struct PeerView {
  std::string id;
  std::string address;
  bool outbound = false;
  bool configured = false;
  bool connected = false;
  std::int64_t connected_since_ms = 0;
  std::int64_t clock_offset_ms = 0;
  std::int64_t round_trip_us = 0;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::string agent;
  std::string last_error;
  static void describe(api::Fields<PeerView>& f);
};

struct Peers {
  using Request = api::Empty;
  struct Reply {
    std::vector<PeerView> peers;
    static void describe(api::Fields<Reply>& f) {
      f.add("peers", &Reply::peers, "Those that this node wants to be linked to, then those that came by themselves.");
    }
  };
  static api::MethodInfo info();
};

struct Connect {
  struct Request {
    std::string address;
    static void describe(api::Fields<Request>& f) {
      f.add("address", &Request::address,
            "As `waku.info` has it. mesh: `host:port#id`; without the id whoever answers is taken. Of the Waku "
            "network: a "
            "multiaddress that ends in `/p2p/<id>`.")
          .length(1, 512);
    }
  };
  struct Reply {
    std::string peer;
    static void describe(api::Fields<Reply>& f) { f.add("peer", &Reply::peer, "The peer's id."); }
  };
  static api::MethodInfo info();
};

struct Disconnect {
  using Request = Connect::Request;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct CounterView {
  std::string name;
  std::uint64_t value = 0;
  static void describe(api::Fields<CounterView>& f) {
    f.add("name", &CounterView::name, "Stable; ends in `_now` for what can fall.");
    f.add("value", &CounterView::value, "Since the backend's start.");
  }
};

struct Info {
  using Request = api::Empty;
  struct Reply {
    std::string backend;
    std::string version;
    std::string id;
    std::vector<std::string> addresses;
    std::uint32_t cluster = 0;
    std::uint32_t shards = 0;
    std::uint32_t max_message_bytes = 0;
    std::string connection;
    std::uint64_t stored_messages = 0;
    std::uint64_t stored_bytes = 0;
    std::uint64_t subscriptions = 0;
    std::vector<CounterView> counters;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

// Events. `request_id` is that of `waku.send`.
struct SendProgress {
  HexBytes request_id;
  HexBytes message_hash;
  std::optional<HexBytes> network_hash;
  static void describe(api::Fields<SendProgress>& f) {
    f.add("request_id", &SendProgress::request_id, "As `waku.send` gave it.").length(16, 16);
    f.add("message_hash", &SendProgress::message_hash, "As `waku.send` gave it.").length(32, 32);
    f.add("network_hash", &SendProgress::network_hash,
          "Of `propagated`, where other nodes know the message by another hash: a library that chooses the time stamp "
          "by "
          "itself has sent it.")
        .length(32, 32);
  }
};

struct SendFailure {
  HexBytes request_id;
  HexBytes message_hash;
  std::string reason;
  std::string message;
  static void describe(api::Fields<SendFailure>& f) {
    f.add("request_id", &SendFailure::request_id, "As `waku.send` gave it.").length(16, 16);
    f.add("message_hash", &SendFailure::message_hash, "As `waku.send` gave it.").length(32, 32);
    f.add("reason", &SendFailure::reason, "Stable word, for example `waku.not_propagated`.");
    f.add("message", &SendFailure::message, "For people.");
  }
};

struct ConnectionChanged {
  std::string state;
  static void describe(api::Fields<ConnectionChanged>& f) {
    f.add("state", &ConnectionChanged::state, "How well this node is linked.")
        .one_of({"disconnected", "partially_connected", "connected"});
  }
};

struct ConsumerDropped {
  std::string stream;
  std::string consumer;
  static void describe(api::Fields<ConsumerDropped>& f) {
    f.add("stream", &ConsumerDropped::stream, "The durable stream.");
    f.add("consumer", &ConsumerDropped::consumer, "The name that it gave in its polls.");
  }
};

}  // namespace status::waku
