// Keeps a disk from being filled to the last byte: writes are refused while there is still room for logs and for other
// programs.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "ipc/base/clock.h"
#include "ipc/base/result.h"

namespace status::store {

// The seam to the file system.
class DiskSpace {
 public:
  virtual ~DiskSpace() = default;
  // Bytes that an unprivileged process may still write on the file system that holds `path`. Any thread.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

// statvfs(3).
class SystemDiskSpace final : public DiskSpace {
 public:
  Result<std::uint64_t> free_bytes(const std::string& path) override;
};

// Asks the disk at most once a second. Any thread.
class DiskGuard {
 public:
  static constexpr std::uint64_t kDefaultReserve = 64ULL << 20;

  // `path` is the database file. The seams outlive the guard.
  DiskGuard(std::string path, std::uint64_t reserve, DiskSpace& disk, const Clock& clock);

  // RESOURCE_EXHAUSTED (`store.disk_full`) when fewer than `reserve` + `extra` bytes are free; the message says how
  // much is free and what to do. A file system that cannot be asked does not stop writes.
  Status check(std::uint64_t extra = 0);

 private:
  const std::string path_;
  const std::uint64_t reserve_;
  DiskSpace& disk_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<MonotonicTime> asked_;  // under mutex_
  std::uint64_t free_ = 0;              // under mutex_
};

}  // namespace status::store
