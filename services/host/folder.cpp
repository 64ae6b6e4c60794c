#include "services/host/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/base/unique_fd.h"

namespace status::host {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail(errno_error(errno, "fsync " + folder));
  return {};
}

}  // namespace status::host
