#include "tests/support/waku_network.h"

#include <algorithm>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"

namespace status::test {
namespace {

using waku::MessageHash;
using waku::to_text;
using waku::WakuMessage;

bool says(const std::string& topic, const std::string& word) {
  return topic.find("/" + word + "/") != std::string::npos;
}

// As generation D writes bytes into events and pages.
Value numbers(const Bytes& bytes) {
  Value::Array out;
  for (const std::uint8_t byte : bytes) out.emplace_back(std::uint64_t{byte});
  return out;
}

Value with_numbers(const WakuMessage& message) {
  return Value::map({{"payload", numbers(message.payload)},
                     {"contentTopic", message.content_topic},
                     {"meta", numbers(message.meta)},
                     {"version", message.version},
                     {"timestamp", message.timestamp_ns},
                     {"ephemeral", message.ephemeral},
                     {"proof", numbers({})}});
}

Value with_base64(const WakuMessage& message) {
  return Value::map({{"payload", to_base64(message.payload)},
                     {"contentTopic", message.content_topic},
                     {"version", message.version},
                     {"timestamp", message.timestamp_ns},
                     {"ephemeral", message.ephemeral},
                     {"meta", to_base64(message.meta)},
                     {"proof", ""}});
}

WakuMessage message_of(const Value& json) {
  WakuMessage out;
  out.content_topic = json.string_or("contentTopic", "");
  out.payload = from_base64(json.string_or("payload", "")).value_or(Bytes());
  out.meta = from_base64(json.string_or("meta", "")).value_or(Bytes());
  out.timestamp_ns = json.int_or("timestamp", 0);
  out.version = static_cast<std::uint32_t>(json.uint_or("version", 0));
  out.ephemeral = json.bool_or("ephemeral", false);
  return out;
}

std::string claimed_hash(const WakuNetwork::Stored& stored) {
  MessageHash hash = stored.hash;
  if (says(stored.message.content_topic, "wrong_hash")) hash[0] ^= 1;
  return to_text(hash);
}

}  // namespace

std::uint64_t WakuNetwork::join(OnEvent on_event) {
  const std::lock_guard lock(mutex_);
  members_[++last_member_].on_event = std::move(on_event);
  return last_member_;
}

void WakuNetwork::leave(std::uint64_t node) {
  const std::lock_guard lock(mutex_);
  members_.erase(node);
}

std::int64_t WakuNetwork::next_timestamp() {
  last_timestamp_ = std::max(last_timestamp_ + 1, SystemClock().unix_ms() * 1'000'000);
  return last_timestamp_;
}

WakuNetwork::Answer WakuNetwork::call(std::uint64_t node, const std::string& function, const std::string& first,
                                      const std::string& second) {
  const std::lock_guard lock(mutex_);
  if (!members_.contains(node)) return {false, "no such node", {}};
  Member& member = members_[node];
  if (function == "send") return send(node, first);
  if (function == "publish") return publish(node, first, second);
  if (function == "query") return query(parse_json(first).value_or(Value()));
  if (function == "peers") return {true, peers(), {}};
  if (function == "subscribe") member.topics.insert(first);
  if (function == "unsubscribe") member.topics.erase(first);
  if (function == "subscribe_shard") member.shards.insert(first);
  return {true, "", {}};
}

WakuNetwork::Answer WakuNetwork::send(std::uint64_t node, const std::string& envelope) {
  Stored stored{{}, message_of(parse_json(envelope).value_or(Value()))};
  stored.message.timestamp_ns = next_timestamp();
  stored.hash = waku::message_hash(kShard, stored.message);
  Member& member = members_[node];
  Answer answer{true, "request-" + std::to_string(++member.requests), {}};
  const std::string& topic = stored.message.content_topic;
  const bool alone = members_.size() == 1;
  Events events;
  const auto tell = [&](const char* listener, const char* type) {
    if (says(topic, "mute")) return;
    Value json = Value::map({{"eventType", type}, {"requestId", answer.text}, {"messageHash", to_text(stored.hash)}});
    if (alone) json.set("error", "Unable to send within retry time window");
    const auto event = [to = member.on_event, name = std::string(listener), text = to_json(json)] { to(name, text); };
    events.push_back(event);
    if (says(topic, "twice")) events.push_back(event);
  };
  if (alone) {
    tell("onMessageError", "message_error");
  } else {
    spread(stored, events);
    tell("onMessagePropagated", "message_propagated");
    if (confirms_ && !stored.message.ephemeral && !says(topic, "silent")) tell("onMessageSent", "message_sent");
  }
  if (says(topic, "early")) {
    for (const auto& event : std::exchange(events, {})) event();
  }
  answer.after = std::move(events);
  return answer;
}

WakuNetwork::Answer WakuNetwork::publish(std::uint64_t /*node*/, const std::string& /*shard*/,
                                         const std::string& json) {
  if (members_.size() == 1) return {false, "Failed to publish: NoPeersToPublish", {}};
  Stored stored{{}, message_of(parse_json(json).value_or(Value()))};
  stored.hash = waku::message_hash(kShard, stored.message);
  Answer answer{true, to_text(stored.hash), {}};
  spread(stored, answer.after);
  return answer;
}

// To the sender, too: the library's relay does so.
void WakuNetwork::spread(const Stored& stored, Events& events) {
  if (!stored.message.ephemeral) stored_.push_back(stored);
  for (const auto& [node, member] : members_) {
    if (member.topics.contains(stored.message.content_topic)) {
      const Value json = Value::map({{"eventType", "message_received"},
                                     {"messageHash", claimed_hash(stored)},
                                     {"message", with_numbers(stored.message)}});
      events.push_back([to = member.on_event, text = to_json(json)] { to("onMessageReceived", text); });
    }
    if (member.shards.contains(kShard)) {
      const Value json = Value::map({{"eventType", "message"},
                                     {"pubsubTopic", kShard},
                                     {"messageHash", claimed_hash(stored)},
                                     {"wakuMessage", with_base64(stored.message)}});
      events.push_back([to = member.on_event, text = to_json(json)] { to("onReceivedMessage", text); });
    }
  }
}

WakuNetwork::Answer WakuNetwork::query(const Value& query) {
  ++queries_;
  if (!store_open_) return {false, "StoreRequest failed store query: PEER_DIAL_FAILURE", {}};
  for (const char* const key : {"requestId", "includeData", "paginationForward"}) {
    if (query.find(key) == nullptr) return {false, std::string("key not found: ") + key, {}};
  }
  std::set<std::string> topics;
  if (const Value* given = query.find("contentTopics")) {
    for (const Value& topic : *given->as_array()) topics.insert(*topic.as_string());
  }
  std::vector<Stored> found;
  for (const Stored& stored : stored_) {
    if (!topics.empty() && !topics.contains(stored.message.content_topic)) continue;
    if (stored.message.timestamp_ns < query.int_or("timeStart", 0)) continue;
    if (stored.message.timestamp_ns > query.int_or("timeEnd", INT64_MAX)) continue;
    found.push_back(stored);
  }
  const bool forward = query.bool_or("paginationForward", true);
  std::ranges::stable_sort(found, [forward](const Stored& a, const Stored& b) {
    return forward ? a.message.timestamp_ns < b.message.timestamp_ns : b.message.timestamp_ns < a.message.timestamp_ns;
  });
  if (const std::string cursor = query.string_or("paginationCursor", ""); !cursor.empty()) {
    const auto at = std::ranges::find(found, cursor, [](const Stored& each) { return to_text(each.hash); });
    found.erase(found.begin(), at == found.end() ? at : at + 1);
  }
  const std::size_t limit = query.uint_or("paginationLimit", 20);
  const bool more = found.size() > limit;
  if (more) found.resize(limit);
  Value::Array rows;
  for (const Stored& stored : found) {
    rows.push_back(Value::map(
        {{"messageHash", claimed_hash(stored)}, {"message", with_numbers(stored.message)}, {"pubsubTopic", kShard}}));
  }
  Value reply =
      Value::map({{"requestId", query.string_or("requestId", "")}, {"statusCode", 200}, {"statusDesc", "OK"}});
  reply.set("messages", std::move(rows));
  reply.set("paginationCursor", more ? Value(to_text(found.back().hash)) : Value());
  return {true, to_json(reply), {}};
}

std::string WakuNetwork::peers() const {
  const Value store = Value::map({{"protocols", Value::array({"/vac/waku/relay/2.0.0", "/vac/waku/store-query/3.0.0"})},
                                  {"addresses", Value::array({"/ip4/127.0.0.1/tcp/60001"})}});
  return to_json(Value::map({{kStorePeer, store}}));
}

MessageHash WakuNetwork::inject(const std::string& content_topic, const std::string& payload, bool lost_on_the_way) {
  Events events;
  Stored stored;
  {
    const std::lock_guard lock(mutex_);
    stored.message.content_topic = content_topic;
    stored.message.payload = to_bytes(as_bytes(payload));
    stored.message.timestamp_ns = next_timestamp();
    stored.hash = waku::message_hash(kShard, stored.message);
    lost_on_the_way ? stored_.push_back(stored) : spread(stored, events);
  }
  for (const auto& event : events) event();
  return stored.hash;
}

void WakuNetwork::tell_connection(std::uint64_t node, const std::string& word) {
  OnEvent to;
  {
    const std::lock_guard lock(mutex_);
    if (const auto member = members_.find(node); member != members_.end()) to = member->second.on_event;
  }
  if (!to) return;
  to("onConnectionStatusChange",
     to_json(Value::map({{"eventType", "connection_status_change"}, {"connectionStatus", word}})));
}

std::vector<WakuNetwork::Stored> WakuNetwork::stored() const {
  const std::lock_guard lock(mutex_);
  return stored_;
}

std::set<std::string> WakuNetwork::subscriptions(std::uint64_t node) const {
  const std::lock_guard lock(mutex_);
  const auto member = members_.find(node);
  if (member == members_.end()) return {};
  std::set<std::string> out = member->second.topics;
  out.insert(member->second.shards.begin(), member->second.shards.end());
  return out;
}

}  // namespace status::test
