#include "supervisor/statusd/upgrade.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "supervisor/process/bounds.h"

namespace status::supervisor {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& arguments) {
  std::vector<char*> out;
  for (const std::string& argument : arguments) out.push_back(const_cast<char*>(argument.c_str()));
  out.push_back(nullptr);
  return out;
}

void set_close_on_exec(const std::vector<int>& descriptors, bool on) {
  for (const int descriptor : descriptors) ::fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0);
}

tl::unexpected<Error> cannot(std::string why) {
  return fail(Code::failed_precondition, "supervisor.cannot_adopt", std::move(why));
}

// Owns what posix_spawn wants beside the arguments.
class SpawnSettings {
 public:
  SpawnSettings(int handover, int said) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, said, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, said, 2);
    ::posix_spawn_file_actions_adddup2(&actions_, handover, 3);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  int spawn(pid_t& pid, const std::string& executable, const std::vector<std::string>& arguments) {
    return ::posix_spawn(&pid, executable.c_str(), &actions_, &attributes_, pointers(arguments).data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// What is in the pipe now, on one line.
std::string text_in(int pipe) {
  std::array<char, 4096> chunk;
  const ssize_t got = ::read(pipe, chunk.data(), chunk.size());
  std::string text(chunk.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return std::string(cut(text));
}

template <class Execute>
Error execute(const std::vector<int>& keep, Execute call) {
  set_close_on_exec(keep, false);
  call();
  const int reason = errno;
  set_close_on_exec(keep, true);
  return errno_error(reason, "execute the new statusd");
}

}  // namespace

UpgradeCheck::~UpgradeCheck() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void UpgradeCheck::check(const std::string& executable, const std::vector<std::string>& arguments, int handover,
                         Done done) {
  if (Status started = start(executable, arguments, handover); !started) return done(std::move(started));
  executable_ = executable;
  done_ = std::move(done);
  late_ = false;
  timer_.expires_after(kPatience);
  timer_.async_wait(guard_.wrap([this](const boost::system::error_code& error) {
    if (error || pid_ <= 0) return;
    late_ = true;
    ::kill(pid_, SIGKILL);
  }));
  process_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      guard_.wrap([this](const boost::system::error_code& error) {
                        if (!error) finish();
                      }));
}

Status UpgradeCheck::start(const std::string& executable, const std::vector<std::string>& arguments, int handover) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail(errno_error(errno, "pipe"));
  said_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  std::vector<std::string> all = {executable};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.push_back(kCheckAdoption + std::string("3"));
  SpawnSettings settings(handover, theirs.get());
  if (const int error = settings.spawn(pid_, executable, all); error != 0) {
    pid_ = 0;
    return fail(errno_error(error, "start " + executable));
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd < 0) {
    const int reason = errno;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    return fail(errno_error(reason, "pidfd"));
  }
  process_.assign(pidfd);
  return {};
}

void UpgradeCheck::finish() {
  timer_.cancel();
  int status = 0;
  ::waitpid(std::exchange(pid_, 0), &status, 0);
  process_.close();
  const std::string said = text_in(said_.get());
  said_.reset();
  const Done done = std::move(done_);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && said == kCanAdopt) return done({});
  if (late_) {
    return done(cannot(executable_ + " did not say within " + std::to_string(kPatience.count()) +
                       " s whether it can go on: it is no statusd, or it hangs"));
  }
  done(cannot(executable_ + " cannot go on with this node: " + (said.empty() ? "it says nothing" : said)));
}

Error execute_in_place(const std::string& executable, const std::vector<std::string>& arguments,
                       const std::vector<int>& keep) {
  return execute(keep, [&] { ::execv(executable.c_str(), pointers(arguments).data()); });
}

Error execute_in_place(int executable, const std::vector<std::string>& arguments, const std::vector<int>& keep) {
  return execute(keep,
                 [&] { ::syscall(SYS_execveat, executable, "", pointers(arguments).data(), environ, AT_EMPTY_PATH); });
}

}  // namespace status::supervisor
