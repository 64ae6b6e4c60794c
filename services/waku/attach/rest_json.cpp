#include "services/waku/attach/rest_json.h"

#include <charconv>

#include "ipc/base/codec.h"
#include "services/waku/attach/text.h"

namespace status::waku::attach {
namespace {

tl::unexpected<Error> gibberish(const std::string& what, const std::string& text) {
  return fail(Code::data_loss, "waku.node_gibberish",
              "the node's answer is not " + what + ": \"" + excerpt(text) + "\"");
}

// The first of the two names that is there and not null.
const Value* member(const Value& map, std::string_view camel, std::string_view snake = {}) {
  const Value* found = map.find(camel);
  if (found == nullptr && !snake.empty()) found = map.find(snake);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string text_of(const Value* value) {
  return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

std::optional<Bytes> bytes_of(const Value& value) {
  if (const std::string* text = value.as_string()) return lenient_base64(*text);
  const Value::Array* list = value.as_array();
  if (list == nullptr) return std::nullopt;
  Bytes out;
  for (const Value& item : *list) {
    const std::optional<std::uint64_t> number = item.as_uint64();
    if (!number || *number > 255) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(*number));
  }
  return out;
}

std::optional<std::int64_t> time_of(const Value& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return value.as_int64();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(out) : std::nullopt;
}

std::optional<MessageHash> hash_of(const Value* value) {
  const std::string text = text_of(value);
  std::optional<Bytes> bytes = from_hex(text);
  if (!bytes) bytes = lenient_base64(text);
  const Result<MessageHash> hash = hash_from_bytes(bytes.value_or(Bytes()));
  return hash ? std::optional(*hash) : std::nullopt;
}

// Into `out`, unless it is absent. False when it is there and wrong.
bool read_bytes(const Value* value, Bytes& out) {
  if (value == nullptr) return true;
  std::optional<Bytes> bytes = bytes_of(*value);
  if (bytes) out = std::move(*bytes);
  return bytes.has_value();
}

std::optional<WakuMessage> message_of(const Value& json) {
  WakuMessage out;
  const Value* payload = member(json, "payload");
  const Value* topic = member(json, "contentTopic", "content_topic");
  if (payload == nullptr || topic == nullptr || topic->as_string() == nullptr) return std::nullopt;
  out.content_topic = *topic->as_string();
  if (!read_bytes(payload, out.payload) || !read_bytes(member(json, "meta"), out.meta) ||
      !read_bytes(member(json, "proof"), out.proof) || out.meta.size() > kMaxMetaBytes) {
    return std::nullopt;
  }
  if (const Value* time = member(json, "timestamp")) {
    const std::optional<std::int64_t> ns = time_of(*time);
    if (!ns) return std::nullopt;
    out.timestamp_ns = *ns;
  }
  if (const Value* version = member(json, "version")) {
    out.version = static_cast<std::uint32_t>(version->as_uint64().value_or(0));
  }
  out.ephemeral = json.bool_or("ephemeral", false);
  return out;
}

// The list that it is, or that it has under `key`; an empty one for null. Null for anything else.
const Value::Array* list_in(const Result<Value>& json, std::string_view key = {}) {
  static const Value::Array kNone;
  if (!json || (!key.empty() && json->as_map() == nullptr)) return nullptr;
  const Value* list = key.empty() ? &*json : json->find(key);
  return list == nullptr || list->is_null() ? &kNone : list->as_array();
}

// Those of a list in a map; none when there is none.
Value::Array items_of(const Value& map, std::string_view key) {
  const Value* list = member(map, key);
  return list != nullptr && list->as_array() != nullptr ? *list->as_array() : Value::Array();
}

// The id at the end of a multiaddress.
std::string peer_id_of(std::string_view address) {
  constexpr std::string_view kMark = "/p2p/";
  const std::size_t at = address.rfind(kMark);
  return at == std::string_view::npos ? std::string() : std::string(address.substr(at + kMark.size()));
}

}  // namespace

Value message_value(const WakuMessage& message) {
  Value out = Value::map({{"payload", to_base64(message.payload)},
                          {"contentTopic", message.content_topic},
                          {"version", message.version},
                          {"timestamp", message.timestamp_ns},
                          {"ephemeral", message.ephemeral}});
  if (!message.meta.empty()) out.set("meta", to_base64(message.meta));
  return out;
}

Result<Drained> drained_from(const std::string& text) {
  const Result<Value> json = parse_json(text);
  const Value::Array* list = list_in(json);
  if (list == nullptr) return gibberish("a list of messages", text);
  Drained out;
  for (const Value& item : *list) {
    std::optional<WakuMessage> message = message_of(item);
    message ? out.messages.push_back(std::move(*message)) : static_cast<void>(++out.unreadable);
  }
  return out;
}

Result<Drained> received_from(const std::string& text) {
  const Result<Value> json = parse_json(text);
  const Value::Array* list = list_in(json);
  if (list == nullptr) return gibberish("a list of received messages", text);
  Drained out;
  for (const Value& item : *list) {
    const Value* inner = member(item, "message");
    std::optional<WakuMessage> message = inner != nullptr ? message_of(*inner) : std::nullopt;
    if (message && message->timestamp_ns != 0) {
      out.messages.push_back(std::move(*message));
    } else {
      ++out.unreadable;
    }
  }
  return out;
}

Result<StoreAnswer> store_from(const std::string& text, const std::string& pubsub_topic) {
  const Result<Value> json = parse_json(text);
  const Value::Array* list = list_in(json, "messages");
  if (list == nullptr) return gibberish("a page of the store", text);
  if (const Value* code = member(*json, "statusCode", "status_code");
      code != nullptr && code->as_uint64().value_or(0) > 299) {
    return fail(make_retryable(Code::unavailable, "waku.store_failed",
                               "the store says " + excerpt(text_of(member(*json, "statusDesc", "status_desc")))));
  }
  StoreAnswer out;
  for (const Value& item : *list) {
    const std::optional<MessageHash> hash = hash_of(member(item, "messageHash", "message_hash"));
    const Value* inner = member(item, "message");
    StoreEntry entry{hash.value_or(MessageHash()), text_of(member(item, "pubsubTopic", "pubsub_topic")), std::nullopt};
    if (entry.pubsub_topic.empty()) entry.pubsub_topic = pubsub_topic;
    if (inner != nullptr) entry.message = message_of(*inner);
    if (!hash || (inner != nullptr && !entry.message)) {
      ++out.unreadable;
    } else if (entry.message && message_hash(entry.pubsub_topic, *entry.message) != *hash) {
      ++out.wrong_hash;
    } else {
      out.entries.push_back(std::move(entry));
    }
  }
  out.cursor = text_of(member(*json, "paginationCursor", "pagination_cursor"));
  return out;
}

Result<StoreAnswer> legacy_store_from(const std::string& text, const Network& network) {
  const Result<Value> json = parse_json(text);
  const Value::Array* list = list_in(json, "messages");
  if (list == nullptr) return gibberish("a page of the store", text);
  StoreAnswer out;
  for (const Value& item : *list) {
    std::optional<WakuMessage> message = message_of(item);
    const Result<Shard> shard = autoshard(message ? message->content_topic : std::string(), network);
    if (!message || !shard) {
      ++out.unreadable;
      continue;
    }
    const MessageHash hash = message_hash(shard->pubsub_topic, *message);
    out.entries.push_back({hash, shard->pubsub_topic, std::move(message)});
  }
  if (const Value* cursor = member(*json, "cursor")) {
    QueryText next;
    for (const char* key : {"senderTime", "storeTime", "digest"}) {
      std::string value = text_of(member(*cursor, key));
      // It is written in one alphabet and read in the other.
      if (std::string_view(key) == "digest") {
        for (char& c : value) c = c == '+' ? '-' : c == '/' ? '_' : c;
      }
      next.add(key, value);
    }
    out.cursor = next.text().substr(1);
  }
  return out;
}

Result<NodeInfo> info_from(const std::string& text) {
  const Result<Value> json = parse_json(text);
  const Value::Array* addresses = list_in(json, "listenAddresses");
  if (addresses == nullptr) return gibberish("the node's info", text);
  NodeInfo out;
  for (const Value& item : *addresses) {
    if (item.as_string() == nullptr) continue;
    out.addresses.push_back(*item.as_string());
    if (out.peer_id.empty()) out.peer_id = peer_id_of(*item.as_string());
  }
  out.enr = json->string_or("enrUri", "");
  return out;
}

Health health_from(const std::string& text) {
  const Value json = parse_json(text).value_or(Value());
  const std::string node = json.string_or("nodeHealth", "");
  std::string link = json.string_or("connectionStatus", "");
  for (char& c : link) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  Health out;
  out.text = node.empty() ? excerpt(text) : node + (link.empty() ? "" : ", " + link);
  if (node.empty()) return out;
  out.initialising = node == "INITIALIZING";
  if (node == "READY" && (link == "connected" || link.empty())) {
    out.connection = Connection::connected;
  } else if (link == "disconnected" || node == "NOT_READY" || node == "SHUTTING_DOWN" || out.initialising) {
    out.connection = Connection::disconnected;
  } else {
    out.connection = Connection::partially_connected;
  }
  return out;
}

Result<std::vector<PeerInfo>> peers_from(const std::string& text) {
  const Result<Value> json = parse_json(text);
  const Value::Array* list = list_in(json);
  if (list == nullptr) return gibberish("a list of peers", text);
  std::vector<PeerInfo> out;
  for (const Value& item : *list) {
    PeerInfo peer;
    peer.address = item.string_or("multiaddr", "");
    for (const Value& address : items_of(item, "multiaddrs")) peer.address = text_of(&address);
    peer.id = item.string_or("id", peer_id_of(peer.address));
    if (!peer.id.empty() && !peer.address.empty() && peer_id_of(peer.address).empty()) {
      peer.address += "/p2p/" + peer.id;
    }
    // A flag or a word; before that, a flag of each protocol.
    peer.connected = item.bool_or("connected", item.string_or("connected", "") == "Connected");
    for (const Value& protocol : items_of(item, "protocols")) peer.connected |= protocol.bool_or("connected", false);
    peer.outbound = item.string_or("direction", "") == "Out";
    peer.agent = item.string_or("agent", "");
    out.push_back(std::move(peer));
  }
  return out;
}

}  // namespace status::waku::attach
