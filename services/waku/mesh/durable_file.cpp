#include "services/waku/mesh/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "ipc/base/unique_fd.h"
#include "services/host/folder.h"

namespace status::waku::mesh {
namespace {

Status write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return fail(errno_error(errno, "write " + path));
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return fail(errno_error(errno, "fsync " + path));
  return {};
}

}  // namespace

Status write_durable_file(const std::string& path, ByteView content) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());  // left by a crash
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return fail(errno_error(errno, "create " + temporary));
  if (Status written = write_all(fd.get(), content, temporary); !written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(errno_error(errno, "rename to " + path));
  return host::sync_folder_of(path);
}

}  // namespace status::waku::mesh
