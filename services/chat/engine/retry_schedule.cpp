#include "services/chat/engine/retry_schedule.h"

#include <algorithm>
#include <utility>

namespace status::chat {

using std::chrono::milliseconds;

void RetrySchedule::add(std::int64_t conversation, std::uint64_t sequence, bool handed_over, MonotonicTime now) {
  Conversation& of = conversations_[conversation];
  Row& row = of.rows[sequence];
  row.handed_over = handed_over;
  row.order = ++orders_;
  row.sealed = now;
  row.heard = of.heard;
  if (handed_over) {
    row.last_sent = now - policy_.first;
    of.next_retry = now;
  } else {
    fresh_[row.order] = {conversation, sequence};
  }
}

void RetrySchedule::restart(std::int64_t conversation) {
  const auto found = conversations_.find(conversation);
  if (found == conversations_.end()) return;
  for (auto& [sequence, row] : found->second.rows) {
    row = Row{.order = row.order, .sealed = row.sealed, .heard = row.heard};
    fresh_[row.order] = {conversation, sequence};
  }
  found->second.next_retry.reset();
}

void RetrySchedule::remove(std::int64_t conversation, std::uint64_t sequence) {
  const auto found = conversations_.find(conversation);
  if (found == conversations_.end()) return;
  found->second.rows.erase(sequence);
  if (found->second.rows.empty()) conversations_.erase(found);
}

std::vector<RetrySchedule::Item> RetrySchedule::take(MonotonicTime now) {
  std::vector<Item> out;
  if (now < blocked_until_) return out;
  while (in_flight_ < policy_.in_flight && !fresh_.empty()) {
    const auto [conversation, sequence] = fresh_.begin()->second;
    fresh_.erase(fresh_.begin());
    const auto of = conversations_.find(conversation);
    if (of == conversations_.end()) continue;
    const auto row = of->second.rows.find(sequence);
    if (row == of->second.rows.end() || row->second.handed_over || row->second.attempt != 0) continue;
    out.push_back(start(conversation, sequence, row->second));
  }
  for (auto& [id, conversation] : conversations_) {
    if (conversation.next_retry && *conversation.next_retry <= now) burst(id, conversation, now, out);
  }
  return out;
}

void RetrySchedule::burst(std::int64_t id, Conversation& conversation, MonotonicTime now, std::vector<Item>& out) {
  const std::size_t limit = conversation.silent ? policy_.burst_to_silent : policy_.burst;
  std::size_t taken = 0;
  std::optional<MonotonicTime> oldest;  // hand-over that is too young to be repeated
  for (auto& [sequence, row] : conversation.rows) {
    if (taken == limit || in_flight_ >= policy_.in_flight) break;
    if (!row.handed_over || row.attempt != 0) continue;
    if (row.last_sent + policy_.first > now) {
      oldest = std::min(oldest.value_or(row.last_sent), row.last_sent);
      continue;
    }
    // Only an answer to the last repetition tells a peer that cannot read it from one that is away.
    if (std::exchange(row.heard, conversation.heard) != conversation.heard) ++row.repetitions;
    Item item = start(id, sequence, row);
    item.unreadable = is_unreadable(row, now);
    out.push_back(item);
    ++taken;
  }
  if (taken == 0) {
    conversation.next_retry.reset();
    if (oldest) conversation.next_retry = *oldest + policy_.first;
    // With every hand-over taken by others, look again soon.
    if (!oldest && in_flight_ >= policy_.in_flight) conversation.next_retry = now + policy_.blocked_first;
    return;
  }
  conversation.silent = true;  // until it is heard again
  conversation.backoff = std::clamp(conversation.backoff * 2, policy_.first, policy_.cap);
  conversation.next_retry = now + with_jitter(conversation.backoff);
}

bool RetrySchedule::is_unreadable(const Row& row, MonotonicTime now) const {
  constexpr std::uint32_t kMostDoublings = 10;
  return row.repetitions >= policy_.unreadable_repetitions &&
         now - row.sealed >= policy_.unreadable * (1U << std::min(row.seals, kMostDoublings));
}

void RetrySchedule::sealed_anew(const Item& item, MonotonicTime now) {
  const auto of = conversations_.find(item.conversation);
  if (of == conversations_.end()) return;
  const auto found = of->second.rows.find(item.sequence);
  if (found == of->second.rows.end()) return;
  Row& row = found->second;
  row.sealed = now;
  ++row.seals;
  row.repetitions = 0;
  row.handed_over = false;
}

RetrySchedule::Item RetrySchedule::start(std::int64_t conversation, std::uint64_t sequence, Row& row) {
  ++in_flight_;
  row.attempt = ++attempts_;
  return {conversation, sequence, row.attempt, row.handed_over};
}

bool RetrySchedule::completed(const Item& item, bool accepted, MonotonicTime now) {
  --in_flight_;
  if (accepted) {
    blocked_backoff_ = {};
  } else if (now >= blocked_until_) {
    blocked_backoff_ = std::clamp(blocked_backoff_ * 2, policy_.blocked_first, policy_.blocked_cap);
    blocked_until_ = now + with_jitter(blocked_backoff_);
  }
  const auto of = conversations_.find(item.conversation);
  if (of == conversations_.end()) return false;
  const auto found = of->second.rows.find(item.sequence);
  if (found == of->second.rows.end() || found->second.attempt != item.attempt) return false;
  Row& row = found->second;
  row.attempt = 0;
  if (!accepted) {
    if (!row.handed_over) {
      fresh_[row.order] = {item.conversation, item.sequence};
    } else if (!of->second.next_retry) {
      // A burst that found it in flight has left the conversation without a time.
      of->second.next_retry = now;
    }
    return false;
  }
  const bool first = !row.handed_over;
  row.handed_over = true;
  row.last_sent = now;
  if (!of->second.next_retry) {
    of->second.backoff = policy_.first;
    of->second.next_retry = now + with_jitter(policy_.first);
  }
  return first;
}

std::vector<std::uint64_t> RetrySchedule::covered(std::int64_t conversation, const SequenceSet& received) const {
  std::vector<std::uint64_t> out;
  const auto of = conversations_.find(conversation);
  if (of == conversations_.end()) return out;
  for (const auto& [sequence, row] : of->second.rows) {
    if (sequence > received.highest()) break;
    if (received.contains(sequence)) out.push_back(sequence);
  }
  return out;
}

void RetrySchedule::heard(std::int64_t conversation, bool news, MonotonicTime now) {
  const auto found = conversations_.find(conversation);
  if (found == conversations_.end()) return;
  Conversation& of = found->second;
  ++of.heard;
  if (!news && !of.silent) return;
  of.silent = false;
  of.backoff = {};
  if (of.next_retry) of.next_retry = now;
}

void RetrySchedule::network_back(MonotonicTime now) {
  blocked_until_ = {};
  blocked_backoff_ = {};
  for (auto& [id, conversation] : conversations_) {
    conversation.backoff = {};
    if (conversation.next_retry) conversation.next_retry = now;
  }
}

std::optional<MonotonicTime> RetrySchedule::next_due() const {
  if (in_flight_ >= policy_.in_flight) return std::nullopt;
  std::optional<MonotonicTime> due;
  if (!fresh_.empty()) due = blocked_until_;
  for (const auto& [id, conversation] : conversations_) {
    if (conversation.next_retry && (!due || *conversation.next_retry < *due)) due = conversation.next_retry;
  }
  if (due) due = std::max(*due, blocked_until_);
  return due;
}

std::size_t RetrySchedule::size(std::int64_t conversation) const {
  const auto of = conversations_.find(conversation);
  return of == conversations_.end() ? 0 : of->second.rows.size();
}

milliseconds RetrySchedule::with_jitter(milliseconds delay) {
  const auto spread = static_cast<std::uint64_t>(delay.count()) * 2 / 5;  // 40 %: ±20 %
  if (spread == 0) return delay;
  const auto offset = static_cast<std::int64_t>(random_.next64() % (spread + 1));
  return delay - milliseconds(spread / 2) + milliseconds(offset);
}

}  // namespace status::chat
