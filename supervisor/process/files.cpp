#include "supervisor/process/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace status::supervisor {
namespace {

Status make_directory(const std::string& path, Durability durability) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return errno == EEXIST ? Status() : Status(fail(errno_error(errno, "mkdir " + path)));
  }
  return durability == Durability::synced ? sync_folder_of(path) : Status();
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
