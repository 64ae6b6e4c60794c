#include "ipc/server/socket_census.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <memory>

namespace status::ipc {
namespace {

bool bound_to(int descriptor, const std::string& path) {
  sockaddr_un address{};
  socklen_t size = sizeof(address);
  // An accepted socket has the name of the one that it came in on.
  return ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.sun_family == AF_UNIX && path == address.sun_path;
}

bool listens(int descriptor) {
  int accepts = 0;
  socklen_t size = sizeof(accepts);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0;
}

std::uint64_t other_end(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid == ::getpid()) return 0;
  return static_cast<std::uint64_t>(peer.pid);
}

}  // namespace

SocketCensus count_sockets_at(const std::string& path) {
  SocketCensus census;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const char* name = entry->d_name;
    int descriptor = -1;
    std::from_chars(name, name + std::strlen(name), descriptor);
    struct stat info {};
    if (descriptor < 0 || !bound_to(descriptor, path) || ::fstat(descriptor, &info) != 0) continue;
    if (listens(descriptor)) {
      census.listening.push_back({descriptor, info.st_ino});
    } else {
      census.accepted.push_back({descriptor, info.st_ino, other_end(descriptor)});
    }
  }
  return census;
}

}  // namespace status::ipc
