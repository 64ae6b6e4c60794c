// How long each conversation has been waiting for the same missing message. In memory and monotonic: a restart begins
// the wait anew, a changed wall clock does not end it. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "ipc/base/clock.h"

namespace status::chat {

class GapTimers {
 public:
  explicit GapTimers(std::chrono::milliseconds timeout) : timeout_(timeout) {}

  // The conversation keeps frames back because `missing` has not come.
  void waiting(std::int64_t conversation, std::uint64_t missing, MonotonicTime now) {
    const auto [entry, added] = waits_.emplace(conversation, Wait{missing, now});
    if (!added && entry->second.missing != missing) entry->second = {missing, now};
  }
  void closed(std::int64_t conversation) { waits_.erase(conversation); }
  // It could not be given up now.
  void postpone(std::int64_t conversation, MonotonicTime until) {
    const auto wait = waits_.find(conversation);
    if (wait != waits_.end()) wait->second.since = until - timeout_;
  }
  bool waits(std::int64_t conversation) const { return waits_.contains(conversation); }

  std::vector<std::int64_t> expired(MonotonicTime now) const {
    std::vector<std::int64_t> out;
    for (const auto& [conversation, wait] : waits_) {
      if (wait.since + timeout_ <= now) out.push_back(conversation);
    }
    return out;
  }
  std::optional<MonotonicTime> next_due() const {
    std::optional<MonotonicTime> out;
    for (const auto& [conversation, wait] : waits_) {
      out = std::min(out.value_or(wait.since + timeout_), wait.since + timeout_);
    }
    return out;
  }

 private:
  struct Wait {
    std::uint64_t missing;
    MonotonicTime since;
  };
  const std::chrono::milliseconds timeout_;
  std::map<std::int64_t, Wait> waits_;
};

}  // namespace status::chat
