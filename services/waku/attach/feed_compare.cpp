// The half of the feed that asks the store.
#include <algorithm>
#include <utility>

#include "services/waku/attach/feed.h"

namespace status::waku::attach {
namespace {

constexpr std::size_t kTopicsAtOnce = 10;  // of one question: what stores take
constexpr Milliseconds kStoreRetry{1'000};

}  // namespace

std::vector<Feed::Group> Feed::groups() const {
  std::map<std::string, std::vector<std::string>> by_shard;
  for (const auto& [topic, state] : topics_) {
    if (const Result<Shard> shard = autoshard(topic, network_)) by_shard[shard->pubsub_topic].push_back(topic);
  }
  std::vector<Group> out;
  for (const auto& [pubsub_topic, topics] : by_shard) {
    for (std::size_t at = 0; at < topics.size(); at += kTopicsAtOnce) {
      const auto first = topics.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = static_cast<std::ptrdiff_t>(std::min(kTopicsAtOnce, topics.size() - at));
      out.push_back({pubsub_topic, {first, first + count}});
    }
  }
  return out;
}

// A filter service forgets whoever it has not heard of for some minutes, and the node's cache does not tell.
asio::awaitable<void> Feed::look_after_filter() {
  if (link_.node() == nullptr || link_.node()->route.way() != Way::filter || subscribed_.empty()) co_return;
  HttpRequest ping;
  ping.target = "/filter/v2/subscriptions/status";
  const Result<std::string> answer = co_await ask(http_, ping);
  if (!answer && !is_away(answer.error())) subscribed_.clear();
}

// An error of the store alone is no reason to think that the node is lost.
asio::awaitable<Status> Feed::compare() {
  const std::int64_t begun_ns = runtime_.now_ns();
  const std::int64_t from_ns =
      std::min(complete_ns_, begun_ns) - std::chrono::nanoseconds(runtime_.config.overlap).count();
  next_compare_ = runtime_.clock.monotonic() + runtime_.config.fill_in;
  co_await look_after_filter();
  const std::vector<Group> all = groups();
  Status result;
  for (const Group& group : all) {
    result = co_await compare(group, from_ns);
    if (!result || refused_ || runtime_.stopping) break;
    for (const std::string& topic : group.content_topics) {
      if (const auto found = topics_.find(topic); found != topics_.end()) found->second.compared = true;
    }
  }
  if (runtime_.stopping) co_return Status();
  on_compared(result, begun_ns);
  co_return !result && is_away(result.error()) ? result : Status();
}

void Feed::on_compared(const Status& result, std::int64_t begun_ns) {
  if (!result) {
    ++runtime_.counters.fill_ins_failed;
    next_compare_ = runtime_.clock.monotonic() + kStoreRetry;
    if (!std::exchange(store_fails_, true)) {
      runtime_.events.on_notice("the store cannot be asked, so what the node's caches drop is missed until it can: " +
                                result.error().describe());
    }
    return;
  }
  if (std::exchange(store_fails_, false)) runtime_.events.on_notice("the store answers again");
  if (refused_) return set_behind();
  ++runtime_.counters.fill_ins;
  complete_ns_ = std::max(complete_ns_, begun_ns);
  position_ = std::max(position_, static_cast<std::uint64_t>(complete_ns_));
  runtime_.events.on_position(position_);
}

// Hashes first, and the messages of those alone that are new: most of what the overlap has is known.
asio::awaitable<Status> Feed::compare(const Group& group, std::int64_t from_ns) {
  if (link_.node() == nullptr) co_return Status();
  StoreDialect dialect = link_.node()->store;
  StoreClient store(http_, runtime_.config.store_peer, network_, dialect, runtime_.counters);
  // One answer has to hold them.
  const std::size_t most =
      std::clamp<std::size_t>(HttpClient::kMaxAnswer / 2 / runtime_.config.max_message_bytes, 1, StoreClient::kHashes);
  StorePageQuery query;
  query.pubsub_topic = group.pubsub_topic;
  query.content_topics = group.content_topics;
  query.start_ns = from_ns;
  query.data = false;
  std::vector<Sought> sought;
  while (true) {
    Result<StoreAnswer> page = co_await store.page(query);
    if (!page) co_return fail(page.error());
    if (link_.node() != nullptr) link_.node()->store = dialect;
    for (StoreEntry& entry : page->entries) {
      if (!is_new(entry.hash)) continue;
      if (entry.message) {
        take_stored(std::move(entry));
      } else {
        sought.push_back({entry.hash, group.pubsub_topic, group.content_topics.front(), 0});
      }
      if (sought.size() < most) continue;
      const Status fetched = co_await fetch(store, std::exchange(sought, {}));
      if (!fetched) co_return fetched;
    }
    if (refused_ || runtime_.stopping || page->cursor.empty()) break;
    if (page->cursor == query.cursor) {
      co_return fail(Code::data_loss, "waku.node_gibberish", "the store answers with the same page for ever");
    }
    query.cursor = page->cursor;
  }
  Status rest;
  if (!sought.empty() && !refused_) rest = co_await fetch(store, std::move(sought));
  co_return rest;
}

asio::awaitable<Status> Feed::fetch(StoreClient& store, std::vector<Sought> sought) {
  Result<StoreAnswer> found = co_await store.find(std::move(sought), true);
  if (!found) co_return fail(found.error());
  std::stable_sort(found->entries.begin(), found->entries.end(), [](const StoreEntry& a, const StoreEntry& b) {
    return a.message && b.message && a.message->timestamp_ns < b.message->timestamp_ns;
  });
  for (StoreEntry& entry : found->entries) take_stored(std::move(entry));
  co_return Status();
}

}  // namespace status::waku::attach
