// The child of restart_bench, the same under every supervisor: says that it runs, in the FIFO `born` of its directory,
// tells a supervisor that waits for it that it is ready, and does nothing. No library but libc, so that its own start
// is as short as one can be.
//
// Descriptor 3 is the control line under statusd (a socket), and where readiness is announced under s6 (a pipe).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "tests/bench/birth.h"

namespace {

constexpr int kSupervisor = 3;

void say(const char* text) {
  if (::write(kSupervisor, text, std::strlen(text)) < 0) ::_exit(1);
}

void announce() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const status::bench::Birth birth{
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec), ::getpid()};
  const int fifo = ::open(status::bench::kBirths, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (fifo < 0 || ::write(fifo, &birth, sizeof birth) != sizeof birth) ::_exit(2);
  ::close(fifo);
}

// The control line of WIRE.md section 5, as far as a module needs it that does nothing.
void obey() {
  say("{\"type\":\"ready\",\"url\":\"ipc:///dev/null\",\"bulk_url\":\"\",\"protocol\":1,\"interface\":\"1.0\"}\n");
  static char lines[65'536];
  for (ssize_t got; (got = ::read(kSupervisor, lines, sizeof lines - 1)) > 0;) {
    lines[got] = '\0';
    if (std::strstr(lines, "\"drain\"") != nullptr) ::_exit(0);
    const char* number = std::strstr(lines, "\"n\":");
    if (std::strstr(lines, "\"ping\"") == nullptr || number == nullptr) continue;
    char pong[160];
    std::snprintf(pong, sizeof pong,
                  "{\"type\":\"pong\",\"n\":%lld,\"queued\":0,\"running\":0,\"completed\":0,\"oldest_overrun_ms\":0}\n",
                  std::atoll(number + 4));
    say(pong);
  }
  ::_exit(0);
}

}  // namespace

int main() {
  announce();
  struct stat kind {};
  if (::fstat(kSupervisor, &kind) == 0 && S_ISSOCK(kind.st_mode)) obey();
  if (::fstat(kSupervisor, &kind) == 0 && S_ISFIFO(kind.st_mode)) say("\n");
  for (;;) ::pause();
}
