#include "services/waku/outbox.h"

#include <algorithm>

namespace status::waku {

bool Outbox::full() const { return size() >= kCapacity; }

std::size_t Outbox::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Outbox::submit(const OwnMessage& own) {
  const auto message = std::make_shared<const WakuMessage>(own.message);
  {
    const std::lock_guard lock(mutex_);
    const MonotonicTime now = clock_.monotonic();
    entries_[own.hash] = {{own.request_id, own.message.ephemeral}, message, ++orders_, true, now, now + timing_.forget};
    ++handing_over_;
  }
  hand_over(own.hash, *message);
}

void Outbox::resubmit(const OwnMessage& own) {
  const std::lock_guard lock(mutex_);
  const MonotonicTime now = clock_.monotonic();
  const auto message = std::make_shared<const WakuMessage>(own.message);
  entries_[own.hash] = {{own.request_id, own.message.ephemeral}, message, ++orders_, false, now, now};
}

// Outside the lock: a backend that does not run answers on this very thread.
void Outbox::hand_over(const MessageHash& hash, const WakuMessage& message) {
  backend_.send(message, [this, hash](const Result<MessageHash>& answer) { on_answer(hash, answer); });
}

void Outbox::on_answer(const MessageHash& hash, const Result<MessageHash>& answer) {
  std::optional<Outcome> failed;
  bool attention = false;
  {
    const std::lock_guard lock(mutex_);
    attention = --handing_over_ == kAgainAtOnce / 2;  // there is room for some that wait
    if (const auto found = entries_.find(hash); found != entries_.end()) {
      Entry& entry = found->second;
      entry.handing_over = false;
      if (answer) {
        entry.message.reset();
      } else {
        attention = true;
        failed = judge(hash, entry, answer.error());
      }
    }
  }
  if (failed) observer_.on_outcome(std::move(*failed));
  if (attention) observer_.on_attention();
}

// What the backend did not take: later again, or it has failed.
std::optional<Outcome> Outbox::judge(const MessageHash& hash, Entry& entry, const Error& error) const {
  const MonotonicTime now = clock_.monotonic();
  const bool passes = error.retryable || error.code == Code::resource_exhausted;
  if (passes && now - entry.submitted < timing_.give_up) {
    entry.attention = now + timing_.retry;
    return std::nullopt;
  }
  entry.attention = now + timing_.forget;
  return Outcome{Outcome::Kind::failed, hash, error};
}

std::optional<Outbox::Request> Outbox::request_of(const MessageHash& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.request);
}

void Outbox::finish(const MessageHash& hash) {
  const std::lock_guard lock(mutex_);
  entries_.erase(hash);
}

std::vector<MessageHash> Outbox::tick() {
  std::vector<MessageHash> forgotten;
  std::vector<std::pair<MessageHash, std::shared_ptr<const WakuMessage>>> again;
  {
    const std::lock_guard lock(mutex_);
    const MonotonicTime now = clock_.monotonic();
    std::map<std::uint64_t, std::pair<const MessageHash*, Entry*>> due;  // in the order of their sending
    for (auto it = entries_.begin(); it != entries_.end();) {
      auto& [hash, entry] = *it;
      if (now - entry.submitted >= timing_.forget) {
        forgotten.push_back(hash);
        it = entries_.erase(it);
        continue;
      }
      if (waits(entry) && now >= entry.attention) due[entry.order] = {&hash, &entry};
      ++it;
    }
    for (const auto& [order, place] : due) {
      if (handing_over_ >= kAgainAtOnce) break;
      auto& [hash, entry] = place;
      entry->handing_over = true;
      ++handing_over_;
      entry->attention = entry->submitted + timing_.forget;
      again.emplace_back(*hash, entry->message);
    }
  }
  for (const auto& [hash, message] : again) hand_over(hash, *message);
  return forgotten;
}

std::optional<MonotonicTime> Outbox::next_attention() const {
  const std::lock_guard lock(mutex_);
  std::optional<MonotonicTime> next;
  for (const auto& [hash, entry] : entries_) {
    if (waits(entry) && handing_over_ >= kAgainAtOnce) continue;  // an answer comes before it
    next = next ? std::min(*next, entry.attention) : entry.attention;
  }
  return next;
}

}  // namespace status::waku
