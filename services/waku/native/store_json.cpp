#include "services/waku/native/store_json.h"

#include "ipc/base/codec.h"
#include "services/waku/native/message_json.h"

namespace status::waku::native {
namespace {

tl::unexpected<Error> broken(const std::string& problem) {
  return fail(Code::internal, "waku.store_error", "the store's reply " + problem);
}

// Of waku_store/common.nim.
tl::unexpected<Error> refusal(std::int64_t status, const std::string& words) {
  const std::string message = "the store answers " + std::to_string(status) + ": " + words;
  if (status == 429) return fail(make_retryable(Code::resource_exhausted, "waku.store_busy", message, 1'000));
  if (status == 503 || status == 504 || status == 300) {
    return fail(make_retryable(Code::unavailable, "waku.peer_gone", message));
  }
  if (status == 400 && words.find("ursor") != std::string::npos) {
    return fail(Code::not_found, "waku.unknown_cursor", message);
  }
  return fail(Code::internal, "waku.store_error", message);
}

// False: not what its hash says.
bool take(StoreReply& out, const Value& row, WakuMessage message, const Network& network) {
  const std::optional<MessageHash> claimed = from_hash(row.find("messageHash"));
  const Value* topic = present(row.find("pubsubTopic"));
  StoredMessage stored;
  if (topic != nullptr && topic->as_string() != nullptr) stored.pubsub_topic = *topic->as_string();
  if (stored.pubsub_topic.empty()) {
    const Result<Shard> shard = autoshard(message.content_topic, network);
    if (!shard) return false;
    stored.pubsub_topic = shard->pubsub_topic;
  }
  stored.hash = message_hash(stored.pubsub_topic, message);
  if (claimed && *claimed != stored.hash) return false;
  stored.message = std::move(message);
  out.page.messages.push_back(std::move(stored));
  return true;
}

}  // namespace

std::string to_store_query(const StoreQuery& query, const std::string& request_id, const std::string& pubsub_topic) {
  Value json = Value::map({{"requestId", request_id},
                           {"includeData", true},
                           {"paginationForward", query.forward},
                           {"paginationLimit", query.limit}});
  if (!pubsub_topic.empty()) json.set("pubsubTopic", pubsub_topic);
  if (!query.content_topics.empty()) {
    Value::Array topics;
    for (const std::string& topic : query.content_topics) topics.emplace_back(topic);
    json.set("contentTopics", std::move(topics));
  }
  if (query.start_ns) json.set("timeStart", *query.start_ns);
  if (query.end_ns) json.set("timeEnd", *query.end_ns);
  if (query.cursor) json.set("paginationCursor", to_text(*query.cursor));
  return to_json(json);
}

Result<StoreReply> from_store_reply(const std::string& text, const Network& network) {
  const Result<Value> json = parse_library_json(text);
  if (!json) return broken("is no JSON: " + json.error().message);
  const std::int64_t status = from_number(json->find("statusCode")).value_or(200);
  if (status != 200) return refusal(status, json->string_or("statusDesc", ""));
  const Value* rows = json->find("messages");
  if (rows == nullptr || rows->as_array() == nullptr) return broken("has no `messages`");
  StoreReply out;
  for (const Value& row : *rows->as_array()) {
    const Value* inner = present(row.find("message"));
    Result<WakuMessage> message =
        inner == nullptr ? Result<WakuMessage>(broken("has a message without its data")) : from_message(*inner);
    if (!message) {
      ++out.unreadable;
    } else if (!take(out, row, std::move(*message), network)) {
      ++out.wrong_hashes;
    }
  }
  out.page.cursor = from_hash(json->find("paginationCursor"));
  return out;
}

}  // namespace status::waku::native
