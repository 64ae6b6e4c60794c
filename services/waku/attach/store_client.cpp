#include "services/waku/attach/store_client.h"

#include "services/waku/attach/rest_node.h"
#include "services/waku/attach/text.h"

namespace status::waku::attach {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

// What both protocols are asked with.
QueryText common(const StorePageQuery& query, const std::string& peer) {
  QueryText out;
  if (!peer.empty()) out.add("peerAddr", peer);
  if (!query.pubsub_topic.empty()) out.add("pubsubTopic", query.pubsub_topic);
  if (!query.content_topics.empty()) out.add("contentTopics", joined(query.content_topics));
  if (query.start_ns) out.add("startTime", std::to_string(*query.start_ns));
  if (query.end_ns) out.add("endTime", std::to_string(*query.end_ns));
  out.add("pageSize", std::to_string(query.limit)).add("ascending", query.forward ? "true" : "false");
  return out;
}

// Whether another protocol may be the right one: a node that is away has none.
bool may_be_another(const Error& error) {
  return error.reason == "waku.node_lacks" || error.reason == "waku.node_failed" ||
         error.reason == "waku.node_refused" || error.reason == "waku.store_failed" ||
         error.reason == "waku.node_gibberish";
}

}  // namespace

asio::awaitable<Result<StoreAnswer>> StoreClient::v3(std::string target, const std::string& pubsub_topic) {
  HttpRequest request;
  request.target = std::move(target);
  const Result<std::string> text = co_await ask(http_, request);
  if (!text) co_return fail(text.error());
  co_return store_from(*text, pubsub_topic);
}

asio::awaitable<Result<StoreAnswer>> StoreClient::legacy(const StorePageQuery& query) {
  HttpRequest request;
  request.target = "/store/v1/messages" + common(query, peer_).text();
  if (!query.cursor.empty()) request.target += "&" + query.cursor;
  const Result<std::string> text = co_await ask(http_, request);
  if (!text) co_return fail(text.error());
  co_return legacy_store_from(*text, network_);
}

asio::awaitable<Result<StoreAnswer>> StoreClient::page_once(const StorePageQuery& query) {
  Result<StoreAnswer> answer;
  if (dialect_ != StoreDialect::legacy) {
    QueryText text = common(query, peer_);
    text.add("includeData", query.data ? "true" : "false");
    if (!query.cursor.empty()) text.add("cursor", query.cursor);
    answer = co_await v3("/store/v3/messages" + text.text(), query.pubsub_topic);
    if (answer) dialect_ = StoreDialect::v3;
    if (answer || dialect_ == StoreDialect::v3 || !may_be_another(answer.error())) co_return answer;
  }
  Result<StoreAnswer> second = co_await legacy(query);
  if (second) dialect_ = StoreDialect::legacy;
  // Where neither answers, what v3 said is what to look at.
  co_return second || dialect_ == StoreDialect::legacy ? std::move(second) : std::move(answer);
}

asio::awaitable<Result<StoreAnswer>> StoreClient::page(StorePageQuery query) {
  Result<StoreAnswer> answer = co_await page_once(query);
  while (!answer && answer.error().reason == "waku.answer_too_large" && query.limit > 1) {
    query.limit /= 2;
    answer = co_await page_once(query);
  }
  if (answer) count(*answer);
  co_return answer;
}

asio::awaitable<Result<StoreAnswer>> StoreClient::find(std::vector<Sought> sought, bool data) {
  StoreAnswer out;
  if (dialect_ == StoreDialect::unknown) {
    StorePageQuery probe;
    probe.pubsub_topic = sought.front().pubsub_topic;
    probe.content_topics = {sought.front().content_topic};
    probe.limit = 1;
    probe.data = false;
    const Result<StoreAnswer> known = co_await page(std::move(probe));
    if (!known) co_return fail(known.error());
  }
  if (dialect_ == StoreDialect::v3) {
    std::vector<std::string> hashes;
    for (const Sought& one : sought) hashes.push_back(to_text(one.hash));
    QueryText text;
    if (!peer_.empty()) text.add("peerAddr", peer_);
    text.add("includeData", data ? "true" : "false").add("hashes", joined(hashes));
    text.add("pageSize", std::to_string(kMaxStorePage)).add("ascending", "true");
    Result<StoreAnswer> answer = co_await v3("/store/v3/messages" + text.text(), sought.front().pubsub_topic);
    if (answer) count(*answer);
    co_return answer;
  }
  for (const Sought& one : sought) {
    StorePageQuery query;
    query.pubsub_topic = one.pubsub_topic;
    query.content_topics = {one.content_topic};
    query.start_ns = query.end_ns = one.timestamp_ns;
    Result<StoreAnswer> answer = co_await page(std::move(query));
    if (!answer) co_return fail(answer.error());
    for (StoreEntry& entry : answer->entries) {
      if (entry.hash == one.hash) out.entries.push_back(std::move(entry));
    }
  }
  co_return out;
}

void StoreClient::count(const StoreAnswer& answer) {
  ++counters_.store_pages;
  counters_.messages_unreadable += answer.unreadable;
  counters_.wrong_hashes += answer.wrong_hash;
}

}  // namespace status::waku::attach
