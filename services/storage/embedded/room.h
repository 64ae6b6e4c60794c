// How much of the quota is taken, and by what. Any thread.
#pragma once

#include <cstdint>
#include <mutex>

namespace status::storage {

class Room {
 public:
  explicit Room(std::uint64_t quota) : quota_(quota) {}

  std::uint64_t quota() const { return quota_; }
  struct Use {
    std::uint64_t stored = 0;
    std::uint64_t reserved = 0;  // for what is on its way
  };
  Use use() const {
    const std::lock_guard lock(mutex_);
    return use_;
  }

  // False, and nothing taken, when the quota is too small.
  bool reserve(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (use_.stored + use_.reserved + bytes > quota_) return false;
    use_.reserved += bytes;
    return true;
  }
  // What a process before this one had taken: whatever the quota is now.
  void found(std::uint64_t stored, std::uint64_t reserved) {
    const std::lock_guard lock(mutex_);
    use_.stored += stored;
    use_.reserved += reserved;
  }
  void release(std::uint64_t reserved) {
    const std::lock_guard lock(mutex_);
    use_.reserved -= reserved;
  }
  // Of what was reserved, that much is stored now.
  void keep(std::uint64_t reserved, std::uint64_t stored) {
    const std::lock_guard lock(mutex_);
    use_.reserved -= reserved;
    use_.stored += stored;
  }
  void removed(std::uint64_t stored) {
    const std::lock_guard lock(mutex_);
    use_.stored -= stored;
  }

 private:
  const std::uint64_t quota_;
  mutable std::mutex mutex_;
  Use use_;
};

}  // namespace status::storage
