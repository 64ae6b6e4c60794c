#include "services/waku/attach/feed.h"

#include <algorithm>
#include <utility>

#include "services/waku/message_codec.h"

namespace status::waku::attach {
namespace {

constexpr std::size_t kSeen = 32'768;
constexpr std::size_t kOwn = 8'192;
constexpr std::size_t kCacheFull = 50;        // of today's nodes, unless told otherwise
constexpr Milliseconds kAfterFailure{500};    // what the failed answer had is filled in; not at once, it may fail again
constexpr Milliseconds kNothingToDo{60'000};  // until woken
constexpr std::uint64_t kFirstTime = 1'000'000'000'000'000'000;  // in 2001: less is the position of another backend

Milliseconds memory_of(const Config& config) {
  return std::max<Milliseconds>(4 * config.overlap, std::chrono::hours(1));
}

}  // namespace

Feed::Feed(Runtime& runtime, Link& link)
    : runtime_(runtime),
      link_(link),
      http_(runtime.io, runtime.config.node, runtime.config.answer_timeout, runtime.traffic),
      alarm_(runtime.io),
      seen_(kSeen, memory_of(runtime.config)),
      own_(kOwn, memory_of(runtime.config)) {}

void Feed::begin(const Network& network, const Resume& resume) {
  network_ = network;
  const bool ours = resume.position >= kFirstTime;
  complete_ns_ = ours ? std::min(static_cast<std::int64_t>(resume.position), runtime_.now_ns()) : runtime_.now_ns();
  position_ = ours ? resume.position : 0;
  for (const auto& [topic, since] : resume.subscriptions) topics_[topic] = {static_cast<std::int64_t>(since)};
  for (const MessageHash& hash : resume.own) add_own(hash);
}

asio::awaitable<void> Feed::run() {
  while (!runtime_.stopping) {
    const bool can = link_.node() != nullptr && !refused_;
    if (can) {
      const Status worked = co_await work();
      if (!worked && !runtime_.stopping) {
        link_.on_failure(worked.error());
        next_compare_ = std::min(next_compare_, runtime_.clock.monotonic() + kAfterFailure);
      }
    }
    if (runtime_.stopping) break;
    co_await alarm_.sleep(can ? runtime_.config.poll : kNothingToDo);
  }
}

void Feed::stop() {
  http_.stop();
  alarm_.wake();
}

void Feed::on_link() {
  set_behind();
  alarm_.wake();
}

std::uint64_t Feed::head() {
  const std::uint64_t head = std::max(position_, static_cast<std::uint64_t>(runtime_.now_ns()));
  head_ns_ = static_cast<std::int64_t>(head);
  return head;
}

void Feed::subscribe(const std::vector<std::string>& content_topics) {
  const std::int64_t given_ns = std::exchange(head_ns_, 0);
  const std::int64_t since_ns = given_ns != 0 ? given_ns : runtime_.now_ns();
  for (const std::string& topic : content_topics) {
    left_.erase(topic);
    topics_.try_emplace(topic, Topic{since_ns, true, false});
  }
  alarm_.wake();
}

void Feed::unsubscribe(const std::vector<std::string>& content_topics) {
  for (const std::string& topic : content_topics) {
    if (topics_.erase(topic) != 0) left_.insert(topic);
  }
  alarm_.wake();
}

void Feed::want_shard(const std::string& pubsub_topic) {
  if (shards_.insert(pubsub_topic).second) alarm_.wake();
}

void Feed::add_own(const MessageHash& hash) { own_.insert(hash, runtime_.clock.monotonic()); }

// What is behind is filled in before what came later is asked for: whoever reads the messages expects them in order.
asio::awaitable<Status> Feed::work() {
  if (generation_ != link_.generation()) {
    generation_ = link_.generation();
    subscribed_.clear();
    set_behind();
  }
  const Status left = co_await leave();
  if (!left) co_return left;
  const auto due = [this] { return runtime_.clock.monotonic() >= next_compare_; };
  if (due()) {
    const Status compared = co_await compare();
    if (!compared) co_return compared;
  }
  Status drained = co_await drain_all();
  if (drained && !held_.empty() && due()) drained = co_await compare();
  for (WakuMessage& message : std::exchange(held_, {})) take_drained(std::move(message));
  co_return drained;
}

// A shard is the node's own matter: others may want it.
asio::awaitable<Status> Feed::leave() {
  while (!left_.empty() && link_.node() != nullptr) {
    const Route route = link_.node()->route;
    const std::string topic = *left_.begin();
    left_.erase(left_.begin());
    if (route.way() == Way::relay_shards) continue;
    const std::string subscription = route.subscription_of(topic);
    subscribed_.erase(subscription);
    const Result<std::string> answer = co_await ask(http_, route.unsubscribe(subscription));
    const bool again = !answer && answer.error().retryable && !topics_.contains(topic);
    if (again) left_.insert(topic);
    if (again) co_return fail(answer.error());
  }
  co_return Status();
}

asio::awaitable<Status> Feed::drain_all() {
  if (link_.node() == nullptr) co_return Status();
  const Route route = link_.node()->route;
  std::set<std::string> caches;
  for (const auto& [topic, state] : topics_) caches.insert(route.cache_of(topic));
  if (route.way() == Way::relay_shards) caches.insert(shards_.begin(), shards_.end());
  if (!route.drain_tells() || route.way() == Way::filter) {
    std::vector<std::string> missing;
    for (const auto& [topic, state] : topics_) {
      if (!subscribed_.contains(route.subscription_of(topic))) missing.push_back(route.subscription_of(topic));
    }
    for (const std::string& subscription : missing) {
      const Status made = co_await subscribe_at_node(subscription);
      if (!made) co_return made;
    }
  }
  Status failed;  // one topic that the node refuses holds up no other
  for (const std::string& cache : caches) {
    if (refused_ || runtime_.stopping) break;
    const Status drained = co_await drain(cache);
    if (!drained) failed = drained;
    if (!drained && is_away(drained.error())) break;
  }
  co_return failed;
}

asio::awaitable<Status> Feed::drain(std::string cache) {
  if (link_.node() == nullptr) co_return Status();
  const Route route = link_.node()->route;
  ++runtime_.counters.polls;
  const Result<std::string> text = co_await ask(http_, route.drain(cache));
  if (!text && text.error().reason == "waku.node_lacks" && route.drain_tells()) {
    const Status made = co_await subscribe_at_node(cache);
    co_return made;
  }
  if (!text) co_return fail(text.error());
  Result<Drained> drained = route.drained(*text);
  if (!drained) co_return fail(drained.error());
  runtime_.counters.messages_drained += drained->all();
  runtime_.counters.messages_unreadable += drained->unreadable;
  const bool full = drained->all() >= kCacheFull;
  if (full) ++runtime_.counters.polls_full;
  if (full || drained->unreadable != 0) set_behind();
  for (WakuMessage& message : drained->messages) {
    full ? held_.push_back(std::move(message)) : take_drained(std::move(message));
  }
  for (auto& [topic, state] : topics_) {
    if (route.cache_of(topic) == cache) state.fresh = false;
  }
  co_return Status();
}

// Between the wish and this, something may have come.
asio::awaitable<Status> Feed::subscribe_at_node(std::string subscription) {
  if (link_.node() == nullptr) co_return Status();
  const Result<std::string> answer = co_await ask(http_, link_.node()->route.subscribe(subscription));
  if (!answer) co_return fail(answer.error());
  subscribed_.insert(subscription);
  ++runtime_.counters.subscribed;
  set_behind();
  co_return Status();
}

void Feed::set_behind() {
  if (!store_fails_) next_compare_ = runtime_.clock.monotonic();
}

void Feed::take_drained(WakuMessage message) {
  const auto wanted = topics_.find(message.content_topic);
  if (wanted == topics_.end()) return;
  if (wanted->second.fresh && message.timestamp_ns < wanted->second.since_ns) return;
  const Result<Shard> shard = autoshard(message.content_topic, network_);
  if (!shard) return;
  const MessageHash hash = message_hash(shard->pubsub_topic, message);
  if (is_new(hash)) deliver(hash, shard->pubsub_topic, std::move(message));
}

void Feed::take_stored(StoreEntry entry) {
  if (!entry.message || !is_new(entry.hash)) return;
  const auto wanted = topics_.find(entry.message->content_topic);
  if (wanted == topics_.end()) return;
  if (!wanted->second.compared && entry.message->timestamp_ns < wanted->second.since_ns) {
    seen_.insert(entry.hash, runtime_.clock.monotonic());
    return;
  }
  ++runtime_.counters.messages_filled_in;
  deliver(entry.hash, entry.pubsub_topic, std::move(*entry.message));
}

void Feed::deliver(const MessageHash& hash, const std::string& pubsub_topic, WakuMessage message) {
  seen_.insert(hash, runtime_.clock.monotonic());
  if (encode_message(message).size() > runtime_.config.max_message_bytes) {
    ++runtime_.counters.messages_unreadable;
    return;
  }
  ReceivedMessage out{hash, pubsub_topic, std::move(message), 0};
  if (!out.message.ephemeral) {
    position_ = std::max(position_ + 1, static_cast<std::uint64_t>(complete_ns_));
    out.position = position_;
  }
  if (!refused_ && hand_over(out)) return;
  refused_ = true;
  out.position != 0 ? waiting_.push_back(std::move(out)) : static_cast<void>(++runtime_.counters.messages_undelivered);
}

bool Feed::hand_over(const ReceivedMessage& message) {
  const bool taken = runtime_.events.on_message(message);
  if (taken) ++runtime_.counters.messages_delivered;
  return taken;
}

void Feed::resume() {
  refused_ = false;
  while (!refused_ && !waiting_.empty()) {
    refused_ = !hand_over(waiting_.front());
    if (!refused_) waiting_.pop_front();
  }
  set_behind();
  alarm_.wake();
}

}  // namespace status::waku::attach
