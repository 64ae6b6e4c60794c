// The hashes seen lately, oldest out first. One thread.
#pragma once

#include <cstddef>
#include <deque>
#include <set>

#include "ipc/base/clock.h"
#include "services/waku/message.h"

namespace status::waku {

class SeenCache {
 public:
  SeenCache(std::size_t capacity, std::chrono::milliseconds lifetime) : capacity_(capacity), lifetime_(lifetime) {}

  bool contains(const MessageHash& hash) const { return hashes_.contains(hash); }

  // False when it was there already.
  bool insert(const MessageHash& hash, MonotonicTime now) {
    while (!order_.empty() && (now - order_.front().second >= lifetime_ || order_.size() >= capacity_)) {
      hashes_.erase(order_.front().first);
      order_.pop_front();
    }
    if (!hashes_.insert(hash).second) return false;
    order_.emplace_back(hash, now);
    return true;
  }

  std::size_t size() const { return hashes_.size(); }

 private:
  std::size_t capacity_;
  std::chrono::milliseconds lifetime_;
  std::set<MessageHash> hashes_;  // ordered: whoever chooses hashes cannot make it slow
  std::deque<std::pair<MessageHash, MonotonicTime>> order_;
};

}  // namespace status::waku
