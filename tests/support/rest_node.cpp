#include "tests/support/rest_node.h"

#include <algorithm>
#include <tuple>

#include "ipc/base/codec.h"
#include "tests/support/enr.h"

namespace status::test {
namespace {

constexpr const char* kPeerId = "16Uiu2HAmFixture";

const Value* member(const Value& json, std::string_view key) {
  const Value* found = json.find(key);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

std::optional<waku::WakuMessage> message_of(const Value& json) {
  waku::WakuMessage out;
  const std::optional<Bytes> payload = from_base64(json.string_or("payload", "?"));
  const std::optional<Bytes> meta = from_base64(json.string_or("meta", ""));
  out.content_topic = json.string_or("contentTopic", "");
  if (!payload || !meta || out.content_topic.empty() || member(json, "timestamp") == nullptr) return std::nullopt;
  out.payload = *payload;
  out.meta = *meta;
  out.timestamp_ns = json.int_or("timestamp", 0);
  out.version = static_cast<std::uint32_t>(json.uint_or("version", 0));
  out.ephemeral = json.bool_or("ephemeral", false);
  return out;
}

HttpSaid ok(const Value& json) { return {200, to_json(json)}; }
HttpSaid missing(const std::string& why) { return {404, why}; }

}  // namespace

RestNode::RestNode(RestNetwork& network, RestQuirks quirks)
    : network_(network), quirks_(std::move(quirks)), server_([this](const HttpAsked& asked) { return answer(asked); }) {
  server_.start();
  const std::lock_guard lock(network_.mutex);
  network_.nodes.push_back(this);
}

RestNode::~RestNode() {
  server_.stop();
  const std::lock_guard lock(network_.mutex);
  std::erase(network_.nodes, this);
}

void RestNode::stop() {
  server_.stop();
  const std::lock_guard lock(network_.mutex);
  caches_.clear();
  messaging_.clear();
  peers_.clear();
}

void RestNode::start() { server_.start(); }

void RestNode::receive(const waku::WakuMessage& message) {
  const std::lock_guard lock(network_.mutex);
  keep(shard_of(message), message);
  cache(shard_of(message), message);
}

void RestNode::store(const waku::WakuMessage& message) {
  const std::lock_guard lock(network_.mutex);
  keep(shard_of(message), message);
}

std::size_t RestNode::asked(const std::string& what) {
  const std::lock_guard lock(network_.mutex);
  return asked_[what];
}

std::set<std::string> RestNode::subscriptions() {
  const std::lock_guard lock(network_.mutex);
  std::set<std::string> out = messaging_;
  for (const auto& [name, messages] : caches_) out.insert(name);
  return out;
}

std::set<std::string> RestNode::peers() {
  const std::lock_guard lock(network_.mutex);
  return peers_;
}

std::size_t RestNode::stored() {
  const std::lock_guard lock(network_.mutex);
  return stored_.size();
}

std::string RestNode::shard_of(const waku::WakuMessage& message) const {
  const auto shard = waku::autoshard(message.content_topic, quirks_.network);
  return shard ? shard->pubsub_topic : std::string();
}

void RestNode::keep(const std::string& pubsub_topic, const waku::WakuMessage& message) {
  if (!quirks_.store_keeps || message.ephemeral) return;
  Stored added{waku::message_hash(pubsub_topic, message), pubsub_topic, message};
  const auto before = [](const Stored& a, const Stored& b) {
    return std::tie(a.message.timestamp_ns, a.hash) < std::tie(b.message.timestamp_ns, b.hash);
  };
  const auto at = std::lower_bound(stored_.begin(), stored_.end(), added, before);
  if (at == stored_.end() || at->hash != added.hash) stored_.insert(at, std::move(added));
}

void RestNode::cache(const std::string& pubsub_topic, const waku::WakuMessage& message) {
  for (const std::string& name : {message.content_topic, pubsub_topic, std::string()}) {
    const auto found = caches_.find(name);
    if (found == caches_.end() || (name.empty() && !messaging_.contains(message.content_topic))) continue;
    found->second.push_back(message);
    if (found->second.size() > quirks_.cache) found->second.pop_front();
  }
}

HttpSaid RestNode::answer(const HttpAsked& asked) {
  const std::lock_guard lock(network_.mutex);
  std::string named = asked.path;
  if (named.find('%') != std::string::npos) named = named.substr(0, named.rfind('/'));
  ++asked_[asked.method + " " + named];
  if (quirks_.silent) return {.silent = true};
  if (asked.path == "/health") {
    return ok(Value::map({{"nodeHealth", quirks_.initialising ? "INITIALIZING" : quirks_.health},
                          {"connectionStatus", quirks_.link},
                          {"protocolsHealth", Value::array({Value::map({{"Relay", "READY"}})})}}));
  }
  if (quirks_.initialising) return missing("Node is not available while initializing");
  return route(asked);
}

HttpSaid RestNode::route(const HttpAsked& asked) {
  const std::string& path = asked.path;
  const Value json = parse_json(asked.body).value_or(Value());
  const std::string last = percent_decode(path.substr(path.rfind('/') + 1));
  const bool is_get = asked.method == "GET";
  if (path == "/debug/v1/info" || (quirks_.today && path == "/info")) return {200, info()};
  if (path == "/debug/v1/version" || (quirks_.today && path == "/version")) return {200, "v0.38.1-fixture"};
  if (quirks_.relay) {
    if (path == "/relay/v1/auto/subscriptions" || path == "/relay/v1/subscriptions")
      return change_subscriptions(asked, json);
    if (path.starts_with("/relay/v1/auto/messages/") && is_get) return drain(last);
    if (path == "/relay/v1/auto/messages") return publish({}, json);
    if (path.starts_with("/relay/v1/messages/")) return is_get ? drain(last) : publish(last, json);
  }
  if (quirks_.messaging && path == "/messaging/v1/subscriptions") return change_subscriptions(asked, json);
  if (quirks_.messaging && path == "/messaging/v1/events/received") return drain({});
  if (path == "/filter/v2/subscriptions") {
    const Value* topics = json.find("contentFilters");
    return change_subscriptions(asked, topics != nullptr ? *topics : Value());
  }
  if (path.starts_with("/filter/v2/subscriptions/")) {
    return caches_.empty() ? missing("{\"statusDesc\":\"peer has no subscriptions\"}") : HttpSaid{200, "{}"};
  }
  if (path.starts_with("/filter/v2/messages/")) return drain(last);
  if (path == "/lightpush/v1/message" || (quirks_.push_v3 && path == "/lightpush/v3/message")) {
    return publish(json.string_or("pubsubTopic", ""),
                   json.find("message") != nullptr ? *json.find("message") : Value());
  }
  if (quirks_.store_v3 && path == "/store/v3/messages") return store_v3(asked);
  if (quirks_.store_before && path == "/store/v1/messages") return store_before(asked);
  if (quirks_.admin && path == "/admin/v1/peers") {
    if (!is_get) {
      if (json.as_array() == nullptr) return {400, ""};
      for (const Value& address : *json.as_array()) peers_.insert(address.as_string() ? *address.as_string() : "");
      return {200, "OK"};
    }
    Value::Array list;
    for (const std::string& address : peers_) {
      list.push_back(Value::map({{"multiaddr", address}, {"protocols", Value::array({})}, {"connected", "Connected"}}));
    }
    return ok(list);
  }
  return missing("");
}

HttpSaid RestNode::change_subscriptions(const HttpAsked& asked, const Value& names) {
  if (names.as_array() == nullptr) return {400, "a list of topics is wanted"};
  const bool messaging = asked.path.starts_with("/messaging");
  for (const Value& name : *names.as_array()) {
    const std::string text = name.as_string() != nullptr ? *name.as_string() : "";
    if (messaging) {
      asked.method == "POST" ? static_cast<void>(messaging_.insert(text)) : static_cast<void>(messaging_.erase(text));
    } else if (asked.method == "POST") {
      caches_.try_emplace(text);
    } else {
      caches_.erase(text);
    }
  }
  if (messaging) caches_.try_emplace("");
  return {200, asked.path.starts_with("/filter") ? "{\"requestId\":\"status\",\"statusDesc\":\"OK\"}" : "OK"};
}

HttpSaid RestNode::drain(const std::string& name) {
  const auto found = caches_.find(name);
  if (found == caches_.end()) return name.empty() ? ok(Value::Array()) : missing("Not subscribed to topic");
  const std::deque<waku::WakuMessage> messages = std::exchange(found->second, {});
  if (quirks_.huge) return {200, std::string(17 * 1024 * 1024, ' ')};
  if (quirks_.cut_drains > 0 && !messages.empty()) {
    --quirks_.cut_drains;
    return {.cut = true};
  }
  Value::Array list;
  for (const waku::WakuMessage& message : messages) {
    Value json = message_json(message);
    if (name.empty()) {
      if (!quirks_.timestamps) json.set("timestamp", Value());
      const auto hash = waku::message_hash(shard_of(message), message);
      json = Value::map({{"messageHash", waku::to_text(hash)}, {"message", json}});
    }
    list.push_back(std::move(json));
  }
  return list.empty() && quirks_.nulls ? HttpSaid{200, "null"} : ok(list);
}

HttpSaid RestNode::publish(const std::string& pubsub_topic, const Value& json) {
  const std::optional<waku::WakuMessage> message = message_of(json);
  if (!message) return {400, "Failed to decode message"};
  if (quirks_.publish.status != 200 || quirks_.publish.cut) return quirks_.publish;
  const std::string to = pubsub_topic.empty() ? shard_of(*message) : pubsub_topic;
  for (RestNode* node : network_.nodes) {
    node->keep(to, *message);
    if (node != this || quirks_.echo) node->cache(to, *message);
  }
  return quirks_.publish;
}

std::string RestNode::info() const {
  Value out = Value::map({{"listenAddresses", Value::array({std::string("/ip4/127.0.0.1/tcp/60000/p2p/") + kPeerId})}});
  out.set("enrUri", quirks_.record ? make_enr(quirks_.network) : "");
  return to_json(out);
}

Value RestNode::message_json(const waku::WakuMessage& message) const {
  Value out = Value::map(
      {{"contentTopic", message.content_topic}, {"version", message.version}, {"ephemeral", message.ephemeral}});
  if (quirks_.numbers) {
    Value::Array bytes;
    for (const std::uint8_t byte : message.payload) bytes.push_back(std::uint64_t{byte});
    out.set("payload", bytes);
    out.set("timestamp", std::to_string(message.timestamp_ns));
  } else {
    out.set("payload", to_base64(message.payload));
    out.set("timestamp", message.timestamp_ns);
  }
  if (!message.meta.empty()) out.set("meta", to_base64(message.meta));
  return out;
}

}  // namespace status::test
