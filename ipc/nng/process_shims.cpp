// Linked into executables: an executable's own functions come before the C library's, and so seven of NNG's calls into
// it pass through here. So do those of everybody else in the process, a foreign library that a host has loaded among
// them: for whoever is not NNG they are the C library's, but for epoll_ctl, which tells nobody anything new.
//
// sysconf: NNG sizes its thread pools by the number of processors (14 threads on 2, 88 on 64; TRANSPORT.md
// section 1.11). It is told of one (11 threads), so that a process stays under 16 on any host.
//
// sendmsg: a peer that closes before NNG has greeted it makes the greeting fail with EPIPE, which NNG reads as "this
// listener was closed" and accepts nobody ever after (section 1.1). And where an answer fails, NNG closes the pipe at
// once; if the beginning of a request has been read from it and waits for its turn on the task thread, the rest is asked
// of a stopped operation, which never ends, and the reaper waits for it for good. So what is written to nobody counts
// as written, as it does while the peer dies with it in its buffer, and what the peer still wanted is thrown away: that
// it is gone is what is read next.
//
// epoll_wait: for the same reason. That a peer has died with something unread is an error of the socket, on which NNG
// ends what it reads and what it writes at once; it is told to read and to write instead.
//
// readv: after a peer that closes once it is greeted, which is read as the end of the stream, NNG accepts nobody for a
// tenth of a second: a few such peers keep everybody out. Read as ECONNRESET it accepts the next at once. To an
// established connection both are its end.
//
// pthread_cond_timedwait: NNG's clock has whole milliseconds, and for NNG a time is over when they are more, not when
// they are as many. Its thread for time-outs is woken when they are as many, and asks the clock again and again until
// the millisecond is over: each time-out costs one of processor time. It is woken a millisecond later.
//
// pthread_cond_broadcast: that thread does the same when it finds what is due in this very millisecond, with the lock
// held that every operation with a time-out needs. Each turn ends with a broadcast; at the second without a wait it
// waits for the millisecond to be over.
//
// epoll_ctl: NNG adds a socket before it is connected, and asks for nothing yet; but that nobody is at its other end is
// told all the same, again and again, until the reaper has closed it. While a server is away each attempt to connect
// keeps a processor busy for milliseconds, of all times when its next process starts. It is told once.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace {

bool is_local(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

void throw_away_what_waits(int descriptor) {
  ::shutdown(descriptor, SHUT_RDWR);  // a peer that only stopped reading could go on and on
  char bytes[16 * 1024];
  while (::recv(descriptor, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
  }
}

void* start_of_object(void* code) {
  dl_find_object found{};
  return _dl_find_object(code, &found) == 0 ? found.dlfo_map_start : nullptr;
}

bool is_nng(void* code) {
  static void* const nng = start_of_object(dlsym(RTLD_DEFAULT, "nng_close"));
  return nng != nullptr && start_of_object(code) == nng;
}

constexpr long kMillisecondNs = 1'000'000, kSecondNs = 1'000'000'000;

timespec a_millisecond_after(timespec time) {
  time.tv_nsec += kMillisecondNs;
  if (time.tv_nsec >= kSecondNs) {
    time.tv_nsec -= kSecondNs;
    ++time.tv_sec;
  }
  return time;
}

}  // namespace

extern "C" long sysconf(int name) noexcept {
  using Sysconf = long (*)(int);
  static const auto real = reinterpret_cast<Sysconf>(dlsym(RTLD_NEXT, "sysconf"));
  const long value = real(name);
  if (name != _SC_NPROCESSORS_ONLN || !is_nng(__builtin_return_address(0))) return value;
  return std::min(value, 1L);
}

extern "C" ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  using Sendmsg = ssize_t (*)(int, const msghdr*, int);
  static const auto real = reinterpret_cast<Sendmsg>(dlsym(RTLD_NEXT, "sendmsg"));
  const ssize_t sent = real(descriptor, message, flags);
  const bool nobody_reads = sent < 0 && (errno == EPIPE || errno == ECONNRESET);
  if (!nobody_reads || !is_nng(__builtin_return_address(0)) || !is_local(descriptor)) return sent;
  throw_away_what_waits(descriptor);
  return std::accumulate(message->msg_iov, message->msg_iov + message->msg_iovlen, ssize_t{0},
                         [](ssize_t sum, const iovec& part) { return sum + static_cast<ssize_t>(part.iov_len); });
}

extern "C" ssize_t readv(int descriptor, const iovec* parts, int count) {
  using Readv = ssize_t (*)(int, const iovec*, int);
  static const auto real = reinterpret_cast<Readv>(dlsym(RTLD_NEXT, "readv"));
  const ssize_t got = real(descriptor, parts, count);
  if (got != 0 || count == 0 || !is_nng(__builtin_return_address(0)) || !is_local(descriptor)) return got;
  errno = ECONNRESET;
  return -1;
}

extern "C" int epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) noexcept {
  using EpollCtl = int (*)(int, int, int, epoll_event*);
  static const auto real = reinterpret_cast<EpollCtl>(dlsym(RTLD_NEXT, "epoll_ctl"));
  if (operation == EPOLL_CTL_ADD && event->events == 0) event->events = EPOLLONESHOT;
  return real(epoll, operation, descriptor, event);
}

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout_ms) {
  using EpollWait = int (*)(int, epoll_event*, int, int);
  static const auto real = reinterpret_cast<EpollWait>(dlsym(RTLD_NEXT, "epoll_wait"));
  const int count = real(epoll, events, most, timeout_ms);
  if (count <= 0 || !is_nng(__builtin_return_address(0))) return count;
  for (epoll_event* event = events; event != events + count; ++event) {
    if ((event->events & EPOLLERR) == 0) continue;
    event->events &= ~static_cast<std::uint32_t>(EPOLLERR);
    event->events |= EPOLLIN | EPOLLOUT;
  }
  return count;
}

#ifndef __SANITIZE_THREAD__  // ThreadSanitizer's own come before the C library's, and have to see every wait
namespace {

// What NNG's thread for time-outs waits for, in that thread.
struct TimeOuts {
  pthread_cond_t* condition = nullptr;
  pthread_mutex_t* mutex = nullptr;
  int turns = 0;  // since it last waited

  static bool are_looked_after_here() {
    char name[16] = {};  // as the kernel has it: at most 15 characters
    return ::prctl(PR_GET_NAME, name) == 0 && std::strcmp(name, "nng:aio:expire") == 0;
  }
};

thread_local TimeOuts time_outs;

timespec end_of_this_millisecond() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  now.tv_nsec -= now.tv_nsec % kMillisecondNs;
  return a_millisecond_after(now);
}

}  // namespace

extern "C" int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  // By its version: the C library has an older one of that name.
  static const auto real = reinterpret_cast<Wait>(dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"));
  if (!is_nng(__builtin_return_address(0))) return real(condition, mutex, until);
  static thread_local const bool looks_after_time_outs = TimeOuts::are_looked_after_here();
  if (looks_after_time_outs) time_outs = {condition, mutex};
  const timespec later = a_millisecond_after(*until);
  return real(condition, mutex, &later);
}

extern "C" int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  using Broadcast = int (*)(pthread_cond_t*);
  static const auto real = reinterpret_cast<Broadcast>(dlvsym(RTLD_NEXT, "pthread_cond_broadcast", "GLIBC_2.3.2"));
  const int result = real(condition);
  if (condition != time_outs.condition || ++time_outs.turns < 2) return result;
  time_outs.turns = 0;
  const timespec later = end_of_this_millisecond();
  pthread_cond_clockwait(condition, time_outs.mutex, CLOCK_MONOTONIC, &later);
  return result;
}
#endif
