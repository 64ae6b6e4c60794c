#include "services/waku/attach/sender.h"

#include <algorithm>

#include "services/waku/message_codec.h"

namespace status::waku::attach {
namespace {

constexpr Milliseconds kNothingToDo{60'000};      // until woken
constexpr std::chrono::minutes kWatchStore{10};   // what the outbox waits for
constexpr std::size_t kMostPublished = 4 * 1024;  // watched in the store at a time; the oldest are let go

}  // namespace

Sender::Sender(Runtime& runtime, Link& link, Feed& feed)
    : runtime_(runtime),
      link_(link),
      feed_(feed),
      http_(runtime.io, runtime.config.node, runtime.config.answer_timeout, runtime.traffic),
      alarm_(runtime.io) {}

void Sender::stop() {
  http_.stop();
  alarm_.wake();
}

void Sender::on_link() {
  for (Own& own : queue_) own.next_try = {};
  next_confirm_ = {};
  alarm_.wake();
}

Result<MessageHash> Sender::send(WakuMessage message) {
  const Result<Shard> shard = autoshard(message.content_topic, network_);
  if (!shard) return fail(shard.error());
  if (const std::size_t size = encode_message(message).size(); size > runtime_.config.max_message_bytes) {
    return fail(Code::resource_exhausted, "waku.message_too_large",
                "the message has " + std::to_string(size) + " bytes encoded, the network takes " +
                    std::to_string(runtime_.config.max_message_bytes));
  }
  const MessageHash hash = message_hash(shard->pubsub_topic, message);
  const bool queued = std::any_of(queue_.begin(), queue_.end(), [&](const Own& own) { return own.hash == hash; });
  if (queued || published_.contains(hash)) {
    return fail(Code::already_exists, "waku.duplicate_message", "this message is on its way already");
  }
  if (queue_.size() >= kCapacity) {
    return fail(make_retryable(Code::resource_exhausted, "waku.too_many_pending",
                               "too many messages wait for the node to take them", 1'000));
  }
  feed_.add_own(hash);
  const MonotonicTime now = runtime_.clock.monotonic();
  queue_.push_back({hash, shard->pubsub_topic, std::move(message), now + runtime_.config.propagation_timeout, now});
  alarm_.wake();
  return hash;
}

asio::awaitable<void> Sender::run() {
  while (!runtime_.stopping) {
    expire();
    if (link_.node() != nullptr) {
      Status done = co_await publish_due();
      const bool confirms = !published_.empty() && runtime_.clock.monotonic() >= next_confirm_;
      if (done && confirms && link_.node() != nullptr) done = co_await confirm();
      if (!done && !runtime_.stopping) link_.on_failure(done.error());
    }
    if (runtime_.stopping) break;
    co_await alarm_.sleep(until_due());
  }
}

// What one message is refused for is no reason to hold up the others. The queue grows at its end meanwhile.
asio::awaitable<Status> Sender::publish_due() {
  for (std::size_t at = 0; at < queue_.size() && link_.node() != nullptr && !runtime_.stopping;) {
    if (runtime_.clock.monotonic() < queue_[at].next_try) {
      ++at;
      continue;
    }
    const Own own = queue_[at];
    const Status published = co_await publish(own);
    if (runtime_.stopping) co_return Status();
    if (published) {
      on_published(own);
      queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(at));
      continue;
    }
    if (is_away(published.error())) co_return published;
    ++runtime_.counters.publish_refused;
    queue_[at].next_try = runtime_.clock.monotonic() + runtime_.config.retry;
    ++at;
  }
  co_return Status();
}

asio::awaitable<Status> Sender::publish(const Own& own) {
  const Route route = link_.node()->route;
  if (route.way() == Way::relay_shards) feed_.want_shard(own.pubsub_topic);
  const bool legacy = link_.node()->legacy_push;
  Result<std::string> answer = co_await ask(http_, route.publish(own.message, own.pubsub_topic, legacy));
  if (!answer && answer.error().reason == "waku.node_lacks" && route.pushes() && !legacy) {
    answer = co_await ask(http_, route.publish(own.message, own.pubsub_topic, true));
    if (link_.node() != nullptr) link_.node()->legacy_push = answer.has_value();
  }
  if (answer) co_return Status();
  // It has it from a try whose answer was lost.
  const bool known = answer.error().message.find("uplicate") != std::string::npos;
  co_return known ? Status() : Status(fail(answer.error()));
}

void Sender::on_published(const Own& own) {
  ++runtime_.counters.published;
  // The node gives it back as any other's, also to the process after this one.
  runtime_.events.on_propagated_as(own.hash, own.hash);
  if (own.message.ephemeral) return;
  if (published_.size() >= kMostPublished) give_up_on(published_.begin());
  const MonotonicTime now = runtime_.clock.monotonic();
  confirm_delay_ = runtime_.config.confirm;
  next_confirm_ = published_.empty() ? now + confirm_delay_ : std::min(next_confirm_, now + confirm_delay_);
  published_[own.hash] = {{own.hash, own.pubsub_topic, own.message.content_topic, own.message.timestamp_ns},
                          now + kWatchStore};
}

asio::awaitable<Status> Sender::confirm() {
  std::vector<std::vector<Sought>> parts;
  for (const auto& [hash, published] : published_) {
    if (parts.empty() || parts.back().size() == StoreClient::kHashes) parts.emplace_back();
    parts.back().push_back(published.sought);
  }
  StoreDialect dialect = link_.node()->store;
  StoreClient store(http_, runtime_.config.store_peer, network_, dialect, runtime_.counters);
  Status result;
  for (std::vector<Sought>& part : parts) {
    const Result<StoreAnswer> found = co_await store.find(std::move(part), false);
    if (runtime_.stopping) co_return Status();
    if (link_.node() != nullptr) link_.node()->store = dialect;
    if (!found) result = fail(found.error());
    if (!found) break;
    for (const StoreEntry& entry : found->entries) {
      if (published_.erase(entry.hash) == 0) continue;
      ++runtime_.counters.sent;
      runtime_.events.on_sent(entry.hash);
    }
  }
  next_confirm_ = runtime_.clock.monotonic() + confirm_delay_;
  confirm_delay_ = std::min(2 * confirm_delay_, 10 * runtime_.config.confirm);
  co_return !result && is_away(result.error()) ? result : Status();
}

void Sender::expire() {
  const MonotonicTime now = runtime_.clock.monotonic();
  while (!queue_.empty() && queue_.front().expires <= now) {  // the oldest first: each has as long as the others
    ++runtime_.counters.propagation_timeouts;
    runtime_.events.on_error(queue_.front().hash, make_retryable(Code::unavailable, "waku.not_propagated",
                                                                 "the node did not take the message in time"));
    queue_.pop_front();
  }
  for (auto one = published_.begin(); one != published_.end();) {
    one = one->second.expires <= now ? give_up_on(one) : std::next(one);
  }
}

// Nobody will say whether it is stored.
Sender::Watched::iterator Sender::give_up_on(Watched::iterator published) {
  runtime_.events.on_unconfirmed(published->first);
  return published_.erase(published);
}

Milliseconds Sender::until_due() const {
  const MonotonicTime now = runtime_.clock.monotonic();
  MonotonicTime due = now + kNothingToDo;
  const bool there = link_.node() != nullptr;
  for (const Own& own : queue_) due = std::min({due, own.expires, there ? own.next_try : own.expires});
  if (there && !published_.empty()) due = std::min(due, next_confirm_);
  return std::max(std::chrono::duration_cast<Milliseconds>(due - now) + Milliseconds(1), Milliseconds(1));
}

}  // namespace status::waku::attach
