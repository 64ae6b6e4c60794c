#include "ipc/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "ipc/base/failpoint.h"
#include "ipc/base/unique_fd.h"

namespace status {
namespace {

Status write_new(const std::string& path, std::string_view text, Durability durability) {
  ::unlink(path.c_str());  // of a process that died before the rename; it may have another mode
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(errno_error(errno, "create " + path));
  if (Status written = write_all(file.get(), text, path); !written) return written;
  if (durability == Durability::synced && ::fsync(file.get()) != 0) return fail(errno_error(errno, "fsync " + path));
  return {};
}

}  // namespace

Status replace_file(const std::string& path, std::string_view text, Durability durability) {
  const std::string fresh = path + ".new";
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  Status replaced = write_new(fresh, text, durability);
  if (replaced && durability == Durability::synced) failpoint(Moment::before, "commit", name);
  if (replaced && ::rename(fresh.c_str(), path.c_str()) != 0) replaced = fail(errno_error(errno, "rename to " + path));
  if (!replaced) {
    ::unlink(fresh.c_str());  // on a full disk it would keep what little there is
    return replaced;
  }
  if (durability == Durability::lazy) return {};
  if (Status synced = sync_folder_of(path); !synced) return synced;
  failpoint(Moment::after, "commit", name);
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(errno_error(errno, "open " + path));
  std::string text;
  std::array<char, 4096> chunk;
  while (text.size() < limit) {
    const ssize_t got = ::read(file.get(), chunk.data(), std::min(chunk.size(), limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "read " + path));
    if (got == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return text;
}

Status write_all(int fd, std::string_view text, std::string_view what) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno_error(errno, "write " + std::string(what)));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_folder(const std::string& folder) {
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return fail(errno_error(errno, "fsync " + folder));
  return {};
}

Status sync_folder_of(const std::string& path) { return sync_folder(folder_of(path)); }

}  // namespace status
