#include "services/host/store/disk_space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <limits>
#include <utility>

namespace status::store {
namespace {

constexpr std::chrono::seconds kFresh{1};

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

Result<std::uint64_t> SystemDiskSpace::free_bytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return fail(errno_error(errno, "statvfs " + path));
  return std::uint64_t{info.f_bavail} * std::uint64_t{info.f_frsize};
}

DiskGuard::DiskGuard(std::string path, std::uint64_t reserve, DiskSpace& disk, const Clock& clock)
    : path_(std::move(path)), reserve_(reserve), disk_(disk), clock_(clock) {}

Status DiskGuard::check(std::uint64_t extra) {
  const std::lock_guard lock(mutex_);
  const MonotonicTime now = clock_.monotonic();
  if (!asked_ || now - *asked_ >= kFresh) {
    free_ = disk_.free_bytes(path_).value_or(std::numeric_limits<std::uint64_t>::max());
    asked_ = now;
  }
  const std::uint64_t needed = reserve_ + extra;
  if (free_ >= needed) return {};
  return fail(Code::resource_exhausted, "store.disk_full",
              "only " + mib(free_) + " are free on the disk of " + path_ + " and " + mib(needed) +
                  " are needed: writes are refused, reads go on; free some space or move the data directory");
}

}  // namespace status::store
