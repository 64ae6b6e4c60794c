// The last things that were found out, by key. One thread.
#pragma once

#include <deque>
#include <map>
#include <utility>

namespace status::chain {

template <class Key, class T>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  // Null when it is not there (any more).
  const T* find(const Key& key) const {
    const auto found = things_.find(key);
    return found == things_.end() ? nullptr : &found->second;
  }
  void put(const Key& key, T thing) {
    if (!things_.insert_or_assign(key, std::move(thing)).second) return;
    order_.push_back(key);
    if (order_.size() <= most_) return;
    things_.erase(order_.front());
    order_.pop_front();
  }

 private:
  const std::size_t most_;
  std::map<Key, T> things_;
  std::deque<Key> order_;
};

}  // namespace status::chain
