#include "tests/support/sync_log.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <utility>

namespace status::test {
namespace {

std::mutex mutex;
std::vector<std::string> synced;
int until_refused = -1;  // negative: none will be
int refusal = 0;

bool refused() {
  const std::lock_guard lock(mutex);
  return until_refused >= 0 && until_refused-- == 0;
}

int sync(long call, int fd) {
  if (refused()) {
    errno = refusal;
    return -1;
  }
  const int result = static_cast<int>(::syscall(call, fd));
  if (result != 0) return result;
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
  const std::lock_guard lock(mutex);
  synced.push_back(path.string());
  return 0;
}

}  // namespace

std::vector<std::string> take_synced() {
  const std::lock_guard lock(mutex);
  return std::exchange(synced, {});
}

void refuse_sync(int after, int error) {
  const std::lock_guard lock(mutex);
  until_refused = after;
  refusal = error;
}

}  // namespace status::test

extern "C" int fsync(int fd) { return status::test::sync(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return status::test::sync(SYS_fdatasync, fd); }
