#include "services/features/keys/node_key.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ipc/base/failpoint.h"
#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"

namespace status::keys {
namespace {

Error unsafe(std::string message) {
  return make_error(Code::permission_denied, "keys.unsafe_node_key", std::move(message));
}

Status check_safe(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "fstat " + path));
  if (!S_ISREG(info.st_mode)) return fail(unsafe(path + " is no regular file: move it away"));
  if (info.st_uid != ::geteuid()) {
    const std::string us = std::to_string(::geteuid());
    return fail(unsafe(path + " belongs to user " + std::to_string(info.st_uid) + ", the node runs as " + us +
                       ": run it as the owner, or chown " + us + " " + path));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(unsafe("others can read " + path + ": chmod 600 " + path));
  }
  if (info.st_size != static_cast<off_t>(kNodeKeyBytes)) {
    return fail(Code::failed_precondition, "keys.bad_node_key",
                path + " has " + std::to_string(info.st_size) + " bytes instead of " + std::to_string(kNodeKeyBytes) +
                    ": put back a copy; without the right key the databases of this node stay closed");
  }
  return {};
}

Result<host::SecretBytes> load(int fd, const std::string& path) {
  if (Status safe = check_safe(fd, path); !safe) return fail(safe.error());
  host::SecretBytes key(kNodeKeyBytes);
  const ssize_t got = ::pread(fd, key.writable().data(), key.size(), 0);
  if (got != static_cast<ssize_t>(key.size())) return fail(errno_error(got < 0 ? errno : EIO, "read " + path));
  if (std::ranges::all_of(key.view(), [](std::uint8_t byte) { return byte == 0; })) {
    return fail(Code::failed_precondition, "keys.bad_node_key", path + " holds only zeroes: put back a copy");
  }
  return key;
}

// One process fills it; whoever comes second finds it full.
Status fill(int fd, const std::string& path, Random& random) {
  if (::flock(fd, LOCK_EX) != 0) return fail(errno_error(errno, "flock " + path));
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "fstat " + path));
  if (info.st_size != 0) return {};
  host::SecretBytes key(kNodeKeyBytes);
  random.fill(key.writable());
  const ssize_t wrote = ::pwrite(fd, key.view().data(), key.size(), 0);
  if (wrote != static_cast<ssize_t>(key.size()) || ::fsync(fd) != 0) {
    const int reason = wrote < 0 || errno != 0 ? errno : ENOSPC;
    (void)!::ftruncate(fd, 0);  // a part of a key would be taken for a damaged one
    return fail(errno_error(reason, "write " + path));
  }
  return {};
}

// For reading; also for writing only where it is empty: a key that its owner has made read-only stays usable.
Result<UniqueFd> open_key(const std::string& path, Random& random) {
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | kFlags));
  const bool missing = !fd && errno == ENOENT;
  struct stat info {};
  if (missing || (fd && ::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == 0)) {
    fd.reset(::open(path.c_str(), O_RDWR | O_CREAT | kFlags, 0600));
  }
  if (!fd && errno == ELOOP) return fail(unsafe(path + " is a symbolic link: put the file itself there"));
  if (!fd) return fail(errno_error(errno, "open " + path));
  const bool fresh = missing || (S_ISREG(info.st_mode) && info.st_size == 0);
  if (fresh) {
    failpoint(Moment::before, "commit", "node.key");
    if (Status filled = fill(fd.get(), path, random); !filled) return fail(filled.error());
  }
  if (missing) {
    if (Status synced = sync_folder_of(path); !synced) return fail(synced.error());
  }
  if (fresh) failpoint(Moment::after, "commit", "node.key");
  return fd;
}

}  // namespace

Result<host::SecretBytes> load_or_create_node_key(const std::string& path, Random& random) {
  const Result<UniqueFd> fd = open_key(path, random);
  if (!fd) return fail(fd.error());
  return load(fd->get(), path);
}

}  // namespace status::keys
