#include "services/waku/native/outgoing.h"

#include <functional>
#include <utility>

#include "services/waku/native/message_json.h"

namespace status::waku::native {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr std::size_t kEarly = 256;

Error not_propagated(const std::string& words) {
  return make_error(Code::unavailable, "waku.not_propagated", "no node took the message: " + words);
}

}  // namespace

std::size_t Outgoing::digest(const WakuMessage& message) {
  const std::size_t topic = std::hash<std::string_view>()(message.content_topic);
  return topic * 31 + std::hash<std::string_view>()(as_text(message.payload));
}

void Outgoing::open(Tier tier) {
  tier_ = tier;
  pump();
}

void Outgoing::forget_library() {
  early_.clear();
  requests_.clear();
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto entry = it++;
    if (entry->second.done != nullptr) continue;  // its call fails by itself
    if (entry->second.propagated) {
      unconfirmed(entry);
      continue;
    }
    if (entry->second.request_id.empty()) continue;  // it waits already
    entry->second.request_id.clear();
    if (const auto echo = std::exchange(entry->second.echo, std::nullopt)) own_.insert(echo->hash, clock_.monotonic());
    entry->second.since = clock_.monotonic();
    ++counters_.sent_again;
    queue_.push_back(entry->first);
  }
}

void Outgoing::send(WakuMessage message, const std::string& pubsub_topic, Done<MessageHash> done) {
  if (!tier_) {
    return done(
        fail(make_retryable(Code::unavailable, "waku.library_away", "the library's process is not ready", 500)));
  }
  const MessageHash hash = message_hash(pubsub_topic, message);
  if (entries_.contains(hash)) {
    return done(fail(Code::already_exists, "waku.duplicate_message", "this very message is on its way"));
  }
  const std::size_t content = digest(message);
  if (*tier_ == Tier::messaging) contents_.emplace(content, hash);
  entries_[hash] = {.message = std::move(message),
                    .pubsub_topic = pubsub_topic,
                    .done = std::move(done),
                    .request_id = {},
                    .echo = {},
                    .propagated = false,
                    .digest = content,
                    .since = clock_.monotonic()};
  queue_.push_back(hash);
  if (!tick_at_) tick_at_ = clock_.monotonic() + kTick;
  pump();
}

void Outgoing::pump() {
  while (tier_ && under_way_ < kUnderWay && !queue_.empty()) {
    const MessageHash hash = queue_.front();
    queue_.pop_front();
    const auto entry = entries_.find(hash);
    if (entry == entries_.end()) continue;
    ++under_way_;
    const Tier tier = *tier_;
    const LibraryCall call = tier == Tier::messaging
                                 ? functions::send(entry->second.message)
                                 : functions::publish(entry->second.pubsub_topic, entry->second.message);
    library_.call(call, [this, hash, tier](const Result<std::string>& answer) { answered(hash, tier, answer); });
  }
}

void Outgoing::answered(const MessageHash& hash, Tier tier, const Result<std::string>& answer) {
  --under_way_;
  if (const auto entry = entries_.find(hash); entry != entries_.end()) {
    if (!answer) {
      refused(entry, answer.error());
    } else if (tier == Tier::messaging) {
      taken_by_messaging(entry, *answer);
    } else {
      published(entry, *answer);
    }
  }
  if (under_way_ == 0) early_.clear();
  pump();
}

// The relay tier has tried once, and says no when there is no peer: that may change.
void Outgoing::refused(Entries::iterator entry, const Error& error) {
  Error why = error;
  if (tier_ == Tier::relay && error.reason == "waku.library_error") {
    why = not_propagated(error.message);
    why.retryable = true;
  }
  if (entry->second.done != nullptr) {
    const Done<MessageHash> done = std::move(entry->second.done);
    erase(entry);
    return done(fail(why));  // whoever sent it tries again
  }
  if (why.retryable) return later_.push_back(entry->first);
  const MessageHash hash = entry->first;
  erase(entry);
  events_.on_error(hash, why);
}

void Outgoing::taken_by_messaging(Entries::iterator entry, const std::string& request_id) {
  const MessageHash hash = entry->first;
  entry->second.request_id = request_id;
  entry->second.since = clock_.monotonic();
  requests_[request_id] = hash;
  if (const Done<MessageHash> done = std::exchange(entry->second.done, nullptr)) done(hash);
  const auto early = early_.find(request_id);
  if (early == early_.end()) return;
  const std::vector<Progress> events = std::move(early->second);
  early_.erase(early);
  for (const Progress& progress : events) on_progress(progress);
}

void Outgoing::published(Entries::iterator entry, const std::string& answer) {
  const MessageHash hash = entry->first;
  const Value text(answer);
  const MessageHash theirs = from_hash(&text).value_or(hash);
  if (theirs != hash) {
    ++counters_.wrong_hashes;
    events_.on_notice("the library says " + to_text(theirs) + " of an own message that is " + to_text(hash) +
                      ": is waku.native.preset the network that its node is in?");
  }
  if (const Done<MessageHash> done = std::exchange(entry->second.done, nullptr)) done(hash);
  propagated(entry, theirs);
}

void Outgoing::on_progress(const Progress& progress) {
  const auto request = requests_.find(progress.request_id);
  const auto entry = request == requests_.end() ? entries_.end() : entries_.find(request->second);
  if (entry == entries_.end()) {
    if (under_way_ > 0 && early_.size() < kEarly) early_[progress.request_id].push_back(progress);
    return;
  }
  const MessageHash hash = entry->first;
  switch (progress.kind) {
    case Progress::Kind::propagated:
      if (!entry->second.propagated) propagated(entry, progress.network_hash.value_or(hash));
      return;
    case Progress::Kind::sent:
      if (!entry->second.propagated) propagated(entry, progress.network_hash.value_or(hash));
      if (const auto left = entries_.find(hash); left != entries_.end()) {
        erase(left);
        events_.on_sent(hash);
      }
      return;
    case Progress::Kind::failed:
      if (entry->second.propagated) return unconfirmed(entry);
      erase(entry);
      return events_.on_error(hash, not_propagated(progress.error));
  }
}

void Outgoing::propagated(Entries::iterator entry, const MessageHash& network_hash) {
  const MessageHash hash = entry->first;
  own_.insert(network_hash, clock_.monotonic());
  entry->second.propagated = true;
  entry->second.since = clock_.monotonic();
  if (std::optional<ReceivedMessage> echo = std::exchange(entry->second.echo, std::nullopt)) {
    echo->hash == network_hash ? void(++counters_.own) : foreign_.push_back(std::move(*echo));
  }
  const bool is_last = entry->second.message.ephemeral || !confirms_ || entry->second.request_id.empty();
  forget_content(entry);
  entry->second.message.payload.clear();
  events_.on_propagated_as(hash, network_hash);
  if (is_last) unconfirmed(entry);
}

void Outgoing::unconfirmed(Entries::iterator entry) {
  const MessageHash hash = entry->first;
  const bool stored_by_nobody = entry->second.message.ephemeral;
  erase(entry);
  if (stored_by_nobody) return;  // it ended as it was propagated
  ++counters_.unconfirmed;
  events_.on_unconfirmed(hash);
}

void Outgoing::forget_content(Entries::iterator entry) {
  const auto [first, last] = contents_.equal_range(entry->second.digest);
  for (auto it = first; it != last;) it = it->second == entry->first ? contents_.erase(it) : std::next(it);
}

void Outgoing::erase(Entries::iterator entry) {
  forget_content(entry);
  if (entry->second.echo) foreign_.push_back(std::move(*entry->second.echo));
  if (!entry->second.request_id.empty()) requests_.erase(entry->second.request_id);
  entries_.erase(entry);
}

bool Outgoing::keep_own(const ReceivedMessage& message) {
  if (own_.contains(message.hash) || entries_.contains(message.hash)) {
    ++counters_.own;
    return true;
  }
  const auto [first, last] = contents_.equal_range(digest(message.message));
  for (auto it = first; it != last; ++it) {
    Entry& entry = entries_.at(it->second);
    const bool same = entry.message.content_topic == message.message.content_topic &&
                      entry.message.payload == message.message.payload;
    if (!same || entry.propagated || entry.echo) continue;
    entry.echo = message;
    return true;
  }
  return false;
}

void Outgoing::tick() {
  const MonotonicTime now = clock_.monotonic();
  if (!tick_at_ || now < *tick_at_) return;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto entry = it++;
    if (entry->second.request_id.empty() || now - entry->second.since < kSilence) continue;
    if (entry->second.propagated) {
      unconfirmed(entry);
      continue;
    }
    ++counters_.without_a_word;
    const MessageHash hash = entry->first;
    erase(entry);
    events_.on_error(hash, not_propagated("the library has not said what became of it"));
  }
  queue_.insert(queue_.end(), later_.begin(), later_.end());
  later_.clear();
  tick_at_ = entries_.empty() ? std::nullopt : std::optional(now + kTick);
  pump();
}

}  // namespace status::waku::native
