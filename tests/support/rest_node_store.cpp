// The store of the node: v3, and the protocol before.
#include <algorithm>

#include "ipc/base/codec.h"
#include "tests/support/rest_node.h"

namespace status::test {
namespace {

std::set<std::string> words_of(const HttpAsked& asked, const std::string& key) {
  std::set<std::string> out;
  const auto found = asked.query.find(key);
  std::size_t at = 0;
  while (found != asked.query.end() && at != std::string::npos) {
    const std::size_t end = found->second.find(',', at);
    out.insert(found->second.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? end : end + 1;
  }
  return out;
}

std::string one_of(const HttpAsked& asked, const std::string& key) {
  const auto found = asked.query.find(key);
  return found == asked.query.end() ? std::string() : found->second;
}

}  // namespace

// In the order of the answer, which is that of time whichever way the pages go.
std::vector<const RestNode::Stored*> RestNode::page(const HttpAsked& asked, const std::string& after,
                                                    bool& more) const {
  const std::set<std::string> topics = words_of(asked, "contentTopics");
  const std::set<std::string> hashes = words_of(asked, "hashes");
  const std::string pubsub_topic = one_of(asked, "pubsubTopic");
  const std::string start = one_of(asked, "startTime");
  const std::string end = one_of(asked, "endTime");
  const std::string size = one_of(asked, "pageSize");
  const bool forward = one_of(asked, "ascending") != "false";
  const std::size_t limit = std::min<std::size_t>(size.empty() ? 20 : std::stoul(size), 100);
  std::vector<const Stored*> out;
  bool passed = after.empty();
  more = false;
  const auto look = [&](const Stored& one) {
    if (!passed) {
      passed = waku::to_text(shown(one)) == after;
      return;
    }
    if (!hashes.empty() ? !hashes.contains(waku::to_text(shown(one)))
                        : (!topics.empty() && !topics.contains(one.message.content_topic)) ||
                              (!pubsub_topic.empty() && one.pubsub_topic != pubsub_topic)) {
      return;
    }
    if (!start.empty() && one.message.timestamp_ns < std::stoll(start)) return;
    if (!end.empty() && one.message.timestamp_ns > std::stoll(end)) return;
    more = out.size() == limit;
    if (!more) out.push_back(&one);
  };
  const auto walk = [&](auto first, auto last) {
    for (; first != last && !more; ++first) look(*first);
  };
  forward ? walk(stored_.begin(), stored_.end()) : walk(stored_.rbegin(), stored_.rend());
  if (!forward) std::reverse(out.begin(), out.end());
  return out;
}

waku::MessageHash RestNode::shown(const Stored& one) const {
  waku::MessageHash out = one.hash;
  if (quirks_.wrong_hashes) out[0] = static_cast<std::uint8_t>(out[0] + 1);
  return out;
}

HttpSaid RestNode::store_v3(const HttpAsked& asked) {
  if (!quirks_.store_works) return {503, "{\"requestId\":\"\",\"statusCode\":503,\"statusDesc\":\"NO_PEER\"}"};
  if (!words_of(asked, "contentTopics").empty() && one_of(asked, "pubsubTopic").empty()) {
    return {400, "{\"statusCode\":400,\"statusDesc\":\"contentTopics need a pubsubTopic\"}"};
  }
  bool more = false;
  const std::vector<const Stored*> found = page(asked, one_of(asked, "cursor"), more);
  Value::Array messages;
  for (const Stored* one : found) {
    Value entry = Value::map({{"messageHash", waku::to_text(shown(*one))}});
    if (one_of(asked, "includeData") == "true") {
      entry.set("message", message_json(one->message));
      entry.set("pubsubTopic", one->pubsub_topic);
    }
    messages.push_back(std::move(entry));
  }
  Value out = Value::map({{"requestId", "1"}, {"statusCode", 200}, {"statusDesc", "OK"}, {"messages", messages}});
  const bool forward = one_of(asked, "ascending") != "false";
  if (more) out.set("paginationCursor", waku::to_text(shown(*(forward ? found.back() : found.front()))));
  return {200, to_json(out)};
}

// Its cursor is an index, of which the digest alone says here where to go on: written in standard base64, and read in the
// URL-safe one.
HttpSaid RestNode::store_before(const HttpAsked& asked) {
  if (!quirks_.store_works) return {500, "{\"messages\":null,\"error_message\":\"not running local store\"}"};
  std::string digest_text = one_of(asked, "digest");
  std::replace(digest_text.begin(), digest_text.end(), '-', '+');
  std::replace(digest_text.begin(), digest_text.end(), '_', '/');
  const auto digest = from_base64(digest_text);
  bool more = false;
  const std::vector<const Stored*> found = page(asked, digest && !digest->empty() ? "0x" + to_hex(*digest) : "", more);
  Value::Array messages;
  for (const Stored* one : found) {
    Value json = message_json(one->message);
    std::erase_if(*json.as_map(), [](const auto& entry) { return entry.first == "ephemeral"; });
    messages.push_back(std::move(json));
  }
  Value out = Value::map({{"messages", messages.empty() ? Value() : Value(messages)}});
  if (more) {
    out.set("cursor", Value::map({{"senderTime", std::to_string(found.back()->message.timestamp_ns)},
                                  {"storeTime", "1"},
                                  {"digest", to_base64(found.back()->hash)}}));
  }
  return {200, to_json(out)};
}

}  // namespace status::test
