// When which conversation is acknowledged: one acknowledgement for all that came within the delay. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ipc/base/clock.h"

namespace status::chat {

class AckSchedule {
 public:
  // `delay`: how long to wait for more, or for a text to ride on. `duplicate_interval`: between acknowledgements when
  // nothing new comes.
  AckSchedule(std::chrono::milliseconds delay, std::chrono::milliseconds duplicate_interval)
      : delay_(delay), duplicate_interval_(duplicate_interval) {}

  void owe(std::int64_t conversation, MonotonicTime now) { at(conversation, now + delay_); }
  // For something that had been acknowledged before: the peer missed that.
  void owe_again(std::int64_t conversation, MonotonicTime now) {
    const auto last = last_.find(conversation);
    const MonotonicTime earliest = last == last_.end() ? now : last->second + duplicate_interval_;
    at(conversation, std::max(now + delay_, earliest));
  }
  // An acknowledgement has left, alone or with a text.
  void settled(std::int64_t conversation, MonotonicTime now) {
    due_.erase(conversation);
    last_[conversation] = now;
  }
  // What is owed cannot be paid now.
  void postpone(std::int64_t conversation, MonotonicTime until) {
    const auto owed = due_.find(conversation);
    if (owed != due_.end()) owed->second = until;
  }
  bool owes(std::int64_t conversation) const { return due_.contains(conversation); }

  std::vector<std::int64_t> due(MonotonicTime now) const {
    std::vector<std::int64_t> out;
    for (const auto& [conversation, time] : due_) {
      if (time <= now) out.push_back(conversation);
    }
    return out;
  }
  std::optional<MonotonicTime> next_due() const {
    std::optional<MonotonicTime> out;
    for (const auto& [conversation, time] : due_) out = std::min(out.value_or(time), time);
    return out;
  }

 private:
  void at(std::int64_t conversation, MonotonicTime time) {
    const auto [entry, added] = due_.emplace(conversation, time);
    if (!added) entry->second = std::min(entry->second, time);
  }

  const std::chrono::milliseconds delay_;
  const std::chrono::milliseconds duplicate_interval_;
  std::map<std::int64_t, MonotonicTime> due_;
  std::map<std::int64_t, MonotonicTime> last_;
};

}  // namespace status::chat
