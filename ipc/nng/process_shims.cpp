// Linked into executables: an executable's own functions come before the C library's, and so three of NNG's calls into
// it pass through here.
//
// sysconf: NNG sizes its thread pools by the number of processors (14 threads on 2, 88 on 64; TRANSPORT.md
// section 1.11). It is told of one (11 threads), so that a process stays under 16 on any host.
//
// sendmsg: a peer that closes before NNG has greeted it makes the greeting fail with EPIPE, which NNG reads as "this
// listener was closed" and accepts nobody ever after (section 1.1). As ECONNRESET, which is as true, it accepts the
// next.
//
// readv: after a peer that closes once it is greeted, which is read as the end of the stream, NNG accepts nobody for a
// tenth of a second: a few such peers keep everybody out. Read as ECONNRESET it accepts the next at once. To an
// established connection both are its end.
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace {

bool is_local(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

}  // namespace

extern "C" long sysconf(int name) noexcept {
  using Sysconf = long (*)(int);
  static const auto real = reinterpret_cast<Sysconf>(dlsym(RTLD_NEXT, "sysconf"));
  const long value = real(name);
  return name == _SC_NPROCESSORS_ONLN ? std::min(value, 1L) : value;
}

extern "C" ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  using Sendmsg = ssize_t (*)(int, const msghdr*, int);
  static const auto real = reinterpret_cast<Sendmsg>(dlsym(RTLD_NEXT, "sendmsg"));
  const ssize_t sent = real(descriptor, message, flags);
  if (sent >= 0 || errno != EPIPE) return sent;
  errno = is_local(descriptor) ? ECONNRESET : EPIPE;
  return sent;
}

extern "C" ssize_t readv(int descriptor, const iovec* parts, int count) {
  using Readv = ssize_t (*)(int, const iovec*, int);
  static const auto real = reinterpret_cast<Readv>(dlsym(RTLD_NEXT, "readv"));
  const ssize_t got = real(descriptor, parts, count);
  if (got != 0 || count == 0 || !is_local(descriptor)) return got;
  errno = ECONNRESET;
  return -1;
}
