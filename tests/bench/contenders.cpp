#include "tests/bench/contenders.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "ipc/base/clock.h"
#include "tests/support/process_node.h"

extern char** environ;

namespace status::bench {
namespace {

constexpr int kPatienceMs = 10'000;

std::string idle_child() { return test::binary("idle-child"); }

double ms_between(std::uint64_t from_ns, std::uint64_t to_ns) {
  return static_cast<double>(to_ns - from_ns) / 1'000'000;
}

class Bare final : public Contender {
 public:
  Bare() : Contender("posix_spawn") {}
  ~Bare() override {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  Status start() override {
    if (Status opened = open_births(dir_.path()); !opened) return opened;
    return spawn();
  }
  Status replace() override {
    pollfd dead{pidfd_.get(), POLLIN, 0};
    if (::poll(&dead, 1, kPatienceMs) != 1 || ::waitpid(pid_, nullptr, 0) != pid_) {
      return fail(errno_error(errno, "wait for the child"));
    }
    return spawn();
  }
  Status spawn() {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, dir_.path().c_str());
    std::string program = idle_child();
    char* arguments[] = {program.data(), nullptr};
    const int error = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return fail(errno_error(error, "posix_spawn " + program));
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    return pidfd_ ? Status{} : Status(fail(errno_error(errno, "pidfd_open")));
  }

  test::TempDir dir_;
  pid_t pid_ = 0;
  UniqueFd pidfd_;
};

class Statusd final : public Contender {
 public:
  Statusd() : Contender("statusd"), node_(test::TestNode::bare(test::without_backoff())) {}

 private:
  Status start() override {
    const std::string place = node_.path("profiles/default/idle");
    test::write_file(node_.path("modules.d/idle/module.toml"),
                     "name = \"idle\"\nexecutable = \"" + idle_child() +
                         "\"\ninterface = \"1.0\"\n[owner]\nteam = \"bench\"\ncontact = \"bench\"\n");
    std::filesystem::create_directories(place);
    for (const std::string& path : {node_.data_dir(), place}) ::chmod(path.c_str(), 0700);
    if (Status opened = open_births(place); !opened) return opened;
    node_.start();
    return {};
  }

  test::TestNode node_;
};

// A supervisor of Debian: a command that is given a directory with what it runs in it.
class Packaged final : public Contender {
 public:
  using Prepare = void (*)(const test::TempDir& dir);

  // `command`: its arguments, "DIR" standing for the directory.
  Packaged(const std::string& name, std::vector<std::string> command, Prepare prepare)
      : Contender(name), command_(std::move(command)), prepare_(prepare) {}
  ~Packaged() override {
    if (!process_) return;
    process_->signal(SIGTERM);  // all of them end their child first
    process_->wait(std::chrono::milliseconds(kPatienceMs));
  }

 private:
  Status start() override {
    if (::access(command_.front().c_str(), X_OK) != 0) {
      return fail(Code::not_found, "bench.no_package",
                  command_.front() + " is not there: apt-get install s6 runit supervisor");
    }
    prepare_(dir_);
    if (Status opened = open_births(dir_.path()); !opened) return opened;
    std::vector<std::string> arguments = command_;
    for (std::string& argument : arguments) {
      if (argument.starts_with("DIR")) argument.replace(0, 3, dir_.path());
    }
    process_.emplace(arguments);
    return {};
  }

  const std::vector<std::string> command_;
  const Prepare prepare_;
  test::TempDir dir_;
  std::optional<test::ChildProcess> process_;
};

void run_is_the_child(const test::TempDir& dir) { std::filesystem::create_symlink(idle_child(), dir / "run"); }

}  // namespace

Status Contender::open_births(const std::string& directory) {
  const std::string path = directory + "/" + kBirths;
  if (::mkfifo(path.c_str(), 0600) != 0) return fail(errno_error(errno, "mkfifo " + path));
  // Read and write: it is never at its end, and no child has to wait for a reader.
  births_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  return births_ ? Status{} : Status(fail(errno_error(errno, "open " + path)));
}

Status Contender::begin() {
  if (Status started = start(); !started) return started;
  return await_birth();
}

Result<double> Contender::kill() {
  const std::uint64_t before = monotonic_ns();
  if (::kill(child_.pid, SIGKILL) != 0) return fail(errno_error(errno, name_ + ": kill"));
  if (Status replaced = replace(); !replaced) return fail(replaced.error());
  if (Status born = await_birth(); !born) return fail(born.error());
  return ms_between(before, child_.at_ns);
}

double Contender::age_ms() const { return ms_between(child_.at_ns, monotonic_ns()); }

Status Contender::await_birth() {
  pollfd readable{births_.get(), POLLIN, 0};
  if (::poll(&readable, 1, kPatienceMs) != 1) {
    return fail(Code::deadline_exceeded, "bench.no_child", name_ + " starts no child");
  }
  if (::read(births_.get(), &child_, sizeof child_) != sizeof child_) return fail(errno_error(errno, "read a birth"));
  return {};
}

std::unique_ptr<Contender> bare_spawn() { return std::make_unique<Bare>(); }

std::unique_ptr<Contender> statusd() { return std::make_unique<Statusd>(); }

std::unique_ptr<Contender> s6() {
  return std::make_unique<Packaged>("s6-supervise", std::vector<std::string>{"/usr/bin/s6-supervise", "DIR"},
                                    [](const test::TempDir& dir) {
                                      run_is_the_child(dir);
                                      test::write_file(dir / "notification-fd", "3\n");
                                    });
}

std::unique_ptr<Contender> runit() {
  return std::make_unique<Packaged>("runsv", std::vector<std::string>{"/usr/bin/runsv", "DIR"}, run_is_the_child);
}

std::unique_ptr<Contender> supervisord() {
  return std::make_unique<Packaged>(
      "supervisord", std::vector<std::string>{"/usr/bin/supervisord", "-n", "-c", "DIR/supervisord.conf"},
      [](const test::TempDir& dir) {
        test::write_file(dir / "supervisord.conf",
                         "[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=" + dir.path() +
                             "/pid\n[program:idle]\ncommand=" + idle_child() + "\ndirectory=" + dir.path() +
                             "\nautorestart=true\n");
      });
}

}  // namespace status::bench
