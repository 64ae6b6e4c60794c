#include "supervisor/process/spawner.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
// Boost 1.74 takes glibc, which has it, for a system without.
#define BOOST_POSIX_HAS_VFORK 1
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "ipc/control/crash_area.h"
#include "ipc/control/descriptors.h"
#include "supervisor/process/memfd.h"
#include "supervisor/process/sanitized.h"
#include "supervisor/process/start_share.h"

namespace status::supervisor {
namespace {

namespace bp = boost::process;
using namespace ipc::control;

constexpr int kLastReserved = 9;

// What a module may know of our environment. The sanitizers' options only mean something to a build that has them.
constexpr std::array<const char*, 8> kAllowed = {"PATH",         "LANG",         "LC_ALL",        "TZ",
                                                 "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};

bp::environment allowed_environment() {
  bp::environment out;
  for (const char* name : kAllowed) {
    if (const char* value = std::getenv(name)) out[name] = value;
  }
  return out;
}

// The ends that the child gets, by its descriptor number.
struct ChildEnds {
  int input = -1;
  UniqueFd output;
  UniqueFd errors;
  UniqueFd control;
  int crash = -1;
  int recorder = -1;
  int event_ring = -1;
  int recorder_line = -1;
};

void end(pid_t child) {
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Nothing that arrives between vfork and exec runs a handler of ours in the child, which shares our memory.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

// Runs in the child between vfork and exec, in our memory, while this thread waits. Only system calls; the first that
// fails is named.
class ChildSetup : public bp::extend::handler {
 public:
  ChildSetup(const SpawnRequest& request, const ChildEnds& ends)
      : request_(request), ends_(ends), parent_(::getpid()) {}

  template <class Executor>
  void on_exec_setup(Executor& executor) const {
    const char* step = prepare();
    if (step == nullptr) return;
    executor.set_error(std::error_code(errno, std::system_category()), step);
    ::_exit(127);
  }
  // The library forgets the child of a failed exec; it would stay a zombie.
  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0) end(executor.pid);
  }

 private:
  const char* prepare() const {
    // A parent that died before this line sends no signal any more.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent_) return "parent death signal";
    if (::setsid() < 0) return "setsid";
    // Not through libc, which keeps its own two signals as they were inherited. The kernel's structure is all zero for
    // SIG_DFL.
    constexpr std::array<unsigned long, 4> kDefault{};
    for (int signal = 1; signal < NSIG; ++signal) ::syscall(SYS_rt_sigaction, signal, kDefault.data(), nullptr, 8);
    sigset_t none;
    sigemptyset(&none);
    if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) return "signal mask";
    if (request_.cgroup >= 0 && ::write(request_.cgroup, "0", 1) != 1) return "cgroup.procs";
    if (const char* step = limit()) return step;
    if (const char* step = place_descriptors()) return step;
    if (::chdir(request_.working_directory.c_str()) != 0) return "chdir";
    ::umask(0077);
    offer_to_the_oom_killer();
    yield_while_starting();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";
    return request_.sandbox == nullptr ? nullptr : request_.sandbox->enter();
  }

  const char* limit() const {
    const rlimit no_core{0, 0};
    if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return "RLIMIT_CORE";
    if (request_.descriptors) {
      const rlimit files{*request_.descriptors, *request_.descriptors};
      if (::setrlimit(RLIMIT_NOFILE, &files) != 0) return "RLIMIT_NOFILE";
    }
    if (request_.data_bytes && !kSanitized) {
      const rlimit data{*request_.data_bytes, *request_.data_bytes};
      if (::setrlimit(RLIMIT_DATA, &data) != 0) return "RLIMIT_DATA";
    }
    rlimit stack{};
    if (::getrlimit(RLIMIT_STACK, &stack) != 0) return "RLIMIT_STACK";
    stack.rlim_cur = std::min<rlim_t>(request_.stack_bytes, stack.rlim_max);
    if (::setrlimit(RLIMIT_STACK, &stack) != 0) return "RLIMIT_STACK";
    return nullptr;
  }

  // Not worth a failed start: a machine without /proc has other worries.
  void offer_to_the_oom_killer() const {
    char text[16];
    const auto [end, error] = std::to_chars(text, text + sizeof text, request_.oom_score_adj);
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0 || error != std::errc()) return;
    (void)!::write(file, text, static_cast<std::size_t>(end - text));
    ::close(file);
  }

  const char* place_descriptors() const {
    const std::array<int, 8> ends = {ends_.input, ends_.output.get(), ends_.errors.get(), ends_.control.get(),
                                     ends_.crash, ends_.recorder,     ends_.event_ring,   ends_.recorder_line};
    int count = 0;
    for (const int end : ends) {
      if (end < 0) break;
      if (::dup2(end, count++) < 0) return "dup2";
    }
    // Marked, not closed: what the cgroup and the sandbox are entered by is among them.
    if (::syscall(SYS_close_range, count, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return "close_range";
    return nullptr;
  }

  const SpawnRequest& request_;
  const ChildEnds& ends_;
  pid_t parent_;
};

Status make_pipe(UniqueFd& ours, UniqueFd& theirs) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(errno_error(errno, "pipe"));
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0) return fail(errno_error(errno, "pipe"));
  return {};
}

Status make_ends(Child& child, ChildEnds& ends) {
  if (auto made = make_pipe(child.output, ends.output); !made) return made;
  if (auto made = make_pipe(child.errors, ends.errors); !made) return made;
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return fail(errno_error(errno, "socketpair"));
  child.control.reset(sockets[0]);
  ends.control.reset(sockets[1]);
  if (::fcntl(child.control.get(), F_SETFL, O_NONBLOCK) != 0) return fail(errno_error(errno, "socketpair"));
  auto crash = make_memfd("status-crash", kCrashAreaBytes);
  if (!crash) return fail(crash.error());
  auto recorder = make_memfd("status-recorder", kFlightRecorderBytes);
  if (!recorder) return fail(recorder.error());
  child.crash = std::move(*crash);
  child.recorder = std::move(*recorder);
  ends.crash = child.crash.get();
  ends.recorder = child.recorder.get();
  return {};
}

}  // namespace

Spawner::Spawner() {
  for (;;) {
    UniqueFd fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!fd || fd.get() > kLastReserved) {
      null_ = std::move(fd);
      return;
    }
    reserved_.push_back(std::move(fd));
  }
}

Result<Child> Spawner::spawn(const SpawnRequest& request) {
  Child child;
  ChildEnds ends;
  ends.input = null_.get();
  ends.event_ring = request.event_ring;
  ends.recorder_line = request.recorder_line;
  if (ends.input < 0) return fail(Code::internal, "supervisor.spawn", "/dev/null could not be opened");
  if (::access(request.executable.c_str(), X_OK) != 0) return fail(errno_error(errno, "execute " + request.executable));
  if (auto made = make_ends(child, ends); !made) return fail(made.error());
  std::error_code error;
  const SignalsHeld held;
  bp::child process(
#ifndef __SANITIZE_THREAD__  // which makes a fork of it, from whose memory nobody hears what failed
      bp::posix::use_vfork,  // a fork copies our page tables first: 2 ms in one case of ten
#endif
      bp::exe = request.executable, bp::args = std::vector<std::string>(), allowed_environment(),
      ChildSetup(request, ends), error);
  // After a fork, Boost 1.74 calls it no error when it cannot make its own pipe, and returns a child that is none: its
  // id is -1, which kill(2) reads as everybody.
  if (!error && process.id() <= 0) error.assign(errno, std::system_category());
  if (error) return fail(errno_error(error.value(), "start " + request.executable));
  child.pid = process.id();
  process.detach();  // the library's own bookkeeping; it is our child and reaped through the pidfd
  child.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  if (!child.pidfd) {
    const int reason = errno;
    end(child.pid);
    return fail(errno_error(reason, "pidfd"));
  }
  // The kernel has woken us on the child's processor, in the middle of its exec: that comes first.
  ::sched_yield();
  return child;
}

}  // namespace status::supervisor
