#include "services/waku/native/message_json.h"

#include <algorithm>
#include <charconv>

#include "ipc/base/codec.h"

namespace status::waku::native {
namespace {

constexpr DecodeLimits kRoom{.depth = 16, .entries = 2'000'000, .values = 4'000'000};

tl::unexpected<Error> invalid(const std::string& problem) {
  return fail(Code::invalid_argument, "waku.invalid_message", "a message of the library " + problem);
}

std::optional<Bytes> from_numbers(const Value::Array& numbers) {
  Bytes out;
  out.reserve(numbers.size());
  for (const Value& number : numbers) {
    const std::optional<std::uint64_t> byte = number.as_uint64();
    if (!byte || *byte > 0xff) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(*byte));
  }
  return out;
}

// Base64 first: what is both is base64, which is what the library's texts are.
std::optional<Bytes> from_text(const std::string& text) {
  if (auto bytes = from_base64(text)) return bytes;
  return text.starts_with("0x") ? from_hex(text) : std::nullopt;
}

// Empty where there is none; nothing for what is no bytes.
std::optional<Bytes> bytes_of(const Value& json, std::string_view key) {
  const Value* value = present(json.find(key));
  if (value == nullptr) return Bytes();
  if (const Value::Array* numbers = value->as_array()) return from_numbers(*numbers);
  if (const std::string* text = value->as_string()) return from_text(*text);
  return std::nullopt;
}

}  // namespace

Result<Value> parse_library_json(std::string_view text) { return parse_json(text, kRoom); }

const Value* present(const Value* json) {
  if (json == nullptr || json->is_null()) return nullptr;
  if (json->as_map() == nullptr) return json;
  const Value* has = json->find("has");                    // std/options
  if (has == nullptr) has = json->find("oResultPrivate");  // results
  if (has == nullptr || has->as_bool() == nullptr) return json;
  if (!*has->as_bool()) return nullptr;
  const Value* value = json->find("val");
  return value != nullptr ? value : json->find("vResultPrivate");
}

std::optional<std::int64_t> from_number(const Value* json) {
  json = present(json);
  if (json == nullptr) return std::nullopt;
  const std::string* text = json->as_string();
  if (text == nullptr) return json->as_int64();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<MessageHash> from_hash(const Value* json) {
  json = present(json);
  if (json == nullptr) return std::nullopt;
  std::optional<Bytes> bytes;
  if (const std::string* text = json->as_string()) bytes = from_hex(*text);
  if (const Value::Array* numbers = json->as_array()) bytes = from_numbers(*numbers);
  if (!bytes) return std::nullopt;
  const Result<MessageHash> hash = hash_from_bytes(*bytes);
  return hash ? std::optional(*hash) : std::nullopt;
}

std::string to_envelope(const WakuMessage& message) {
  return to_json(Value::map({{"contentTopic", message.content_topic},
                             {"payload", to_base64(message.payload)},
                             {"ephemeral", message.ephemeral}}));
}

std::string to_relay_message(const WakuMessage& message) {
  return to_json(Value::map({{"contentTopic", message.content_topic},
                             {"payload", to_base64(message.payload)},
                             {"version", message.version},
                             {"timestamp", message.timestamp_ns},
                             {"ephemeral", message.ephemeral},
                             {"meta", to_base64(message.meta)},
                             {"proof", to_base64(message.proof)}}));
}

Result<WakuMessage> from_message(const Value& json) {
  const Value* topic = json.find("contentTopic");
  if (topic == nullptr || topic->as_string() == nullptr) return invalid("has no `contentTopic`");
  if (json.find("payload") == nullptr) return invalid("has no `payload`");
  WakuMessage message;
  message.content_topic = *topic->as_string();
  const struct {
    const char* key;
    Bytes& place;
  } kBytes[] = {{"payload", message.payload}, {"meta", message.meta}, {"proof", message.proof}};
  for (const auto& [key, place] : kBytes) {
    std::optional<Bytes> bytes = bytes_of(json, key);
    if (!bytes) return invalid("has a `" + std::string(key) + "` that is neither base64, nor numbers, nor hex");
    place = std::move(*bytes);
  }
  if (message.meta.size() > kMaxMetaBytes) return invalid("has a `meta` of more than 64 bytes");
  message.version = static_cast<std::uint32_t>(from_number(json.find("version")).value_or(0));
  message.timestamp_ns = from_number(json.find("timestamp")).value_or(0);
  const Value* ephemeral = present(json.find("ephemeral"));
  message.ephemeral = ephemeral != nullptr && ephemeral->as_bool() != nullptr && *ephemeral->as_bool();
  return message;
}

}  // namespace status::waku::native
