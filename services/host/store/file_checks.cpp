#include "services/host/store/file_checks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ipc/base/file.h"
#include "ipc/base/unique_fd.h"

namespace status::store {
namespace {

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

Error unsafe(std::string message) {
  return make_error(Code::permission_denied, "store.unsafe_path", std::move(message));
}

Status prepare_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder_of(folder);
  if (errno != EEXIST) return fail(errno_error(errno, "mkdir " + folder));
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return fail(errno_error(errno, "stat " + folder));
  if (!S_ISDIR(info.st_mode)) return fail(unsafe(folder + " is no folder"));
  if (info.st_uid != ::geteuid()) {
    return fail(unsafe(folder + " belongs to user " + std::to_string(info.st_uid) + ", not to " +
                       std::to_string(::geteuid()) + ": run the node as its owner, or chown " + folder));
  }
  // Whoever may write to the folder can put another file in the database's place.
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(unsafe("others may write to " + folder + ": chmod 700 " + folder));
  }
  return {};
}

Status check_existing(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail(errno_error(errno, "fstat " + path));
  if (!S_ISREG(info.st_mode)) return fail(unsafe(path + " is no regular file"));
  if (info.st_uid != ::geteuid()) {
    return fail(unsafe(path + " belongs to user " + std::to_string(info.st_uid) +
                       ": run the node as its owner, or chown " + path));
  }
  if ((info.st_mode & kOthers) != 0 && ::fchmod(fd, 0600) != 0) return fail(errno_error(errno, "chmod 600 " + path));
  // Whoever made it died before anything was in it, perhaps before its name was on the disk.
  if (info.st_size == 0) return sync_folder_of(path);
  std::array<char, sizeof kPlaintextMagic> head{};
  const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
  if (got < 0) return fail(errno_error(errno, "read " + path));
  if (static_cast<std::size_t>(got) == head.size() && std::memcmp(head.data(), kPlaintextMagic, head.size()) == 0) {
    return fail(Code::failed_precondition, "store.plaintext",
                path + " is an unencrypted SQLite database: it is not used; move it away");
  }
  return {};
}

}  // namespace

Status prepare_file(const std::string& path) {
  if (Status folder = prepare_folder(folder_of(path)); !folder) return folder;
  // SQLite gives the -wal and -shm files the mode of the database; it would create that one 0644.
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd) return sync_folder_of(path);
  if (errno != EEXIST) return fail(errno_error(errno, "create " + path));
  fd.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) {
    if (errno == ELOOP) return fail(unsafe(path + " is a symbolic link: a database is a file of its own"));
    return fail(errno_error(errno, "open " + path));
  }
  return check_existing(fd.get(), path);
}

}  // namespace status::store
