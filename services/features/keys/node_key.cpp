#include "services/features/keys/node_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ipc/base/unique_fd.h"
#include "services/host/folder.h"

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

Status write_key(const std::string& path, const host::SecretBytes& key) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail(errno_error(errno, "create " + path));
  const ssize_t wrote = ::write(fd.get(), key.view().data(), key.size());
  if (wrote != static_cast<ssize_t>(key.size())) return fail(errno_error(wrote < 0 ? errno : ENOSPC, "write " + path));
  if (::fsync(fd.get()) != 0) return fail(errno_error(errno, "fsync " + path));
  return {};
}

// Makes the file appear whole. One that appeared meanwhile is left as it is.
Status create(const std::string& path, Random& random) {
  host::SecretBytes key(kNodeKeyBytes);
  random.fill(key.writable());
  const std::string unfinished = path + "." + std::to_string(::getpid()) + ".new";
  ::unlink(unfinished.c_str());  // of an earlier process with this id, which died
  Status made = write_key(unfinished, key);
  if (made && ::link(unfinished.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    made = fail(errno_error(errno, "link " + path));
  }
  ::unlink(unfinished.c_str());
  return made;
}

UniqueFd open_existing(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

}  // namespace

Result<host::SecretBytes> load_or_create_node_key(const std::string& path, Random& random) {
  UniqueFd fd = open_existing(path);
  if (!fd && errno == ENOENT) {
    if (Status created = create(path, random); !created) return fail(created.error());
    fd = open_existing(path);
  }
  if (!fd) {
    if (errno == ELOOP) return fail(unsafe(path + " is a symbolic link: put the file itself there"));
    return fail(errno_error(errno, "open " + path));
  }
  // Each time: whoever made it may have died before its name was on the disk, and databases will depend on it.
  if (Status synced = host::sync_folder_of(path); !synced) return fail(synced.error());
  return load(fd.get(), path);
}

}  // namespace status::keys
