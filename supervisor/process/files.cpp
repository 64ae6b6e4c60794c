#include "supervisor/process/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace status::supervisor {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status make_directory(const std::string& path, Durability durability) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return errno == EEXIST ? Status() : Status(fail(errno_error(errno, "mkdir " + path)));
  }
  return durability == Durability::synced ? sync_directory(parent_of(path)) : Status();
}

Status make_parents(const std::string& path, Durability durability) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (auto made = make_directory(path.substr(0, slash), durability); !made) return made;
  }
  return {};
}

tl::unexpected<Error> unsafe(const std::string& path, const std::string& why, const std::string& command) {
  return fail(Code::failed_precondition, "supervisor.unsafe_directory",
              path + " " + why + "; mend it with: " + command);
}

}  // namespace

Status write_all(int fd, std::string_view text, std::string_view what) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno_error(errno, "write " + std::string(what)));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status write_file(const std::string& path, std::string_view text, Durability durability) {
  const std::string temporary = path + ".new";
  {
    const UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return fail(errno_error(errno, "create " + temporary));
    if (auto written = write_all(file.get(), text, temporary); !written) return written;
    if (durability == Durability::synced && ::fsync(file.get()) != 0)
      return fail(errno_error(errno, "fsync " + temporary));
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(errno_error(errno, "rename to " + path));
  return durability == Durability::synced ? sync_directory(parent_of(path)) : Status();
}

Status sync_directory(const std::string& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return fail(errno_error(errno, "fsync " + path));
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

Result<UniqueFd> open_private_directory(const std::string& path, Durability durability, bool parents) {
  if (parents) {
    if (auto made = make_parents(path, durability); !made) return fail(made.error());
  }
  if (auto made = make_directory(path, durability); !made) return fail(made.error());
  UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory && (errno == ELOOP || errno == ENOTDIR))
    return unsafe(path, "is not a directory of its own", "rm " + path);
  if (!directory) return fail(errno_error(errno, "open " + path));
  struct stat info {};
  if (::fstat(directory.get(), &info) != 0) return fail(errno_error(errno, "stat " + path));
  if (info.st_uid != ::geteuid()) {
    return unsafe(path, "belongs to uid " + std::to_string(info.st_uid),
                  "chown -R " + std::to_string(::geteuid()) + " " + path);
  }
  if ((info.st_mode & 0022) != 0) return unsafe(path, "can be written by others", "chmod 700 " + path);
  if ((info.st_mode & 0077) != 0 && ::fchmod(directory.get(), 0700) != 0)
    return fail(errno_error(errno, "chmod " + path));
  return directory;
}

}  // namespace status::supervisor
