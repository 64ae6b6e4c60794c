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
    entries_[own.hash] = {{own.request_id, own.message.ephemeral}, message, true, now, now + timing_.forget};
  }
  hand_over(own.hash, *message);
}

void Outbox::adopt(const OwnMessage& own) {
  const std::lock_guard lock(mutex_);
  const MonotonicTime now = clock_.monotonic();
  entries_[own.hash] = {{own.request_id, own.message.ephemeral}, nullptr, false, now, now + timing_.forget};
}

// Outside the lock: a backend that does not run answers on this very thread.
void Outbox::hand_over(const MessageHash& hash, const WakuMessage& message) {
  backend_.send(message, [this, hash](const Result<MessageHash>& answer) { on_answer(hash, answer); });
}

void Outbox::on_answer(const MessageHash& hash, const Result<MessageHash>& answer) {
  std::optional<Outcome> failed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(hash);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.handing_over = false;
    const MonotonicTime now = clock_.monotonic();
    if (answer) {
      entry.message.reset();
      return;
    }
    const bool passes = answer.error().retryable || answer.error().code == Code::resource_exhausted;
    if (passes && now - entry.submitted < timing_.give_up) {
      entry.attention = now + timing_.retry;
    } else {
      entry.attention = now + timing_.forget;
      failed = Outcome{Outcome::Kind::failed, hash, answer.error(), {}};
    }
  }
  failed ? observer_.on_outcome(std::move(*failed)) : observer_.on_attention();
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
    for (auto it = entries_.begin(); it != entries_.end();) {
      auto& [hash, entry] = *it;
      if (now - entry.submitted >= timing_.forget) {
        forgotten.push_back(hash);
        it = entries_.erase(it);
        continue;
      }
      if (entry.message != nullptr && !entry.handing_over && now >= entry.attention) {
        entry.handing_over = true;
        entry.attention = entry.submitted + timing_.forget;
        again.emplace_back(hash, entry.message);
      }
      ++it;
    }
  }
  for (const auto& [hash, message] : again) hand_over(hash, *message);
  return forgotten;
}

std::optional<MonotonicTime> Outbox::next_attention() const {
  const std::lock_guard lock(mutex_);
  std::optional<MonotonicTime> next;
  for (const auto& [hash, entry] : entries_) next = next ? std::min(*next, entry.attention) : entry.attention;
  return next;
}

}  // namespace status::waku
