#include "supervisor/gateway/run_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "ipc/base/unique_fd.h"

namespace status::gateway {
namespace {

bool write_all(int file, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

bool replace_run_file(const std::string& path, ByteView content) {
  if (path.empty()) return false;
  const std::string fresh = path + ".new";
  UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  return file && write_all(file.get(), content) && ::rename(fresh.c_str(), path.c_str()) == 0;
}

Status replace_kept_file(const std::string& path, ByteView content) {
  const std::string fresh = path + ".new";
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || !write_all(file.get(), content) || ::fsync(file.get()) != 0) {
    return fail(errno_error(errno, "write " + fresh));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return fail(errno_error(errno, "rename to " + path));
  const UniqueFd folder(::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return fail(errno_error(errno, "fsync of the folder of " + path));
  return {};
}

std::optional<Bytes> read_run_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

}  // namespace status::gateway
