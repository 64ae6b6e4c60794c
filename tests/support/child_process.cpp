#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

using Clock = std::chrono::steady_clock;

int left_ms(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

bool readable(int fd, int timeout_ms) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, timeout_ms) == 1;
}

struct Pipe {
  UniqueFd reading, writing;

  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    reading.reset(ends[0]);
    writing.reset(ends[1]);
  }
};

// From now on the end of the last process that can write kills that one, without a line of code in it. Unlike
// PR_SET_PDEATHSIG, which follows the thread that started the child.
void kill_when_deserted(int reading_end, pid_t pid) {
  if (::fcntl(reading_end, F_SETSIG, SIGKILL) != 0 || ::fcntl(reading_end, F_SETOWN, pid) != 0 ||
      ::fcntl(reading_end, F_SETFL, O_ASYNC) != 0) {
    throw std::runtime_error("O_ASYNC");
  }
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

ProcessHandle::ProcessHandle(pid_t pid) : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

bool ProcessHandle::wait_gone(milliseconds timeout) const {
  return !pidfd_ || readable(pidfd_.get(), static_cast<int>(timeout.count()));
}

void ProcessHandle::signal(int number) const {
  if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                           Errors errors, const std::map<int, int>& descriptors) {
  Pipe output, lifeline;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, lifeline.reading.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, output.writing.get(), 1);
  if (errors == Errors::apart) errors_.reset(::memfd_create("errors", MFD_CLOEXEC));
  posix_spawn_file_actions_adddup2(&actions, errors_ ? errors_.get() : output.writing.get(), 2);
  for (const auto& [number, ours] : descriptors) posix_spawn_file_actions_adddup2(&actions, ours, number);
  std::vector<std::string> variables = environment;
  for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, arguments.at(0).c_str(), &actions, nullptr, pointers(arguments).data(),
                                  pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("posix_spawn " + arguments.at(0));
  handle_.emplace(pid);
  pipe_ = std::move(output.reading);
  kill_when_deserted(lifeline.reading.get(), pid);
  lifeline_ = std::move(lifeline.writing);
}

ChildProcess::~ChildProcess() {
  if (exit_) return;
  signal(SIGKILL);
  ::waitpid(pid(), nullptr, 0);
}

std::optional<int> ChildProcess::wait(milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  // A child that fills its pipe does not end: read on.
  while (!exit_ && !handle_->wait_gone(milliseconds(0)) && left_ms(deadline) > 0) {
    std::array<pollfd, 2> polls = {
        {{pipe_.get(), POLLIN, 0}, {static_cast<int>(::syscall(SYS_pidfd_open, pid(), 0)), POLLIN, 0}}};
    const UniqueFd pidfd(polls[1].fd);
    ::poll(polls.data(), polls.size(), left_ms(deadline));
    if (polls[0].revents != 0 && !read_more(0)) handle_->wait_gone(milliseconds(left_ms(deadline)));
  }
  if (!exit_ && handle_->wait_gone(milliseconds(0))) {
    int status = 0;
    if (::waitpid(pid(), &status, 0) == pid()) exit_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  return exit_;
}

bool ChildProcess::read_more(int timeout_ms) {
  if (!readable(pipe_.get(), timeout_ms)) return false;
  std::array<char, 4096> chunk;
  const ssize_t got = ::read(pipe_.get(), chunk.data(), chunk.size());
  if (got <= 0) return false;
  output_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> ChildProcess::wait_for_line(const std::string& part, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    for (auto end = output_.find('\n', searched_); end != std::string::npos; end = output_.find('\n', searched_)) {
      std::string line = output_.substr(searched_, end - searched_);
      searched_ = end + 1;
      if (line.find(part) != std::string::npos) return line;
    }
    if (!read_more(left_ms(deadline))) return std::nullopt;
  }
}

const std::string& ChildProcess::read_all() {
  while (read_more(0)) continue;
  return output_;
}

std::string ChildProcess::errors() const {
  return errors_ ? read_file("/proc/self/fd/" + std::to_string(errors_.get())) : std::string();
}

bool wait_for_file(const std::string& path, milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  // The folder may not be there yet either: the nearest that is gets watched.
  for (;;) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    while (!std::filesystem::exists(folder)) folder = folder.parent_path();
    const UniqueFd watch(::inotify_init1(IN_CLOEXEC));
    ::inotify_add_watch(watch.get(), folder.c_str(), IN_CREATE | IN_MOVED_TO);
    if (std::filesystem::exists(path)) return true;
    if (!readable(watch.get(), left_ms(deadline))) return std::filesystem::exists(path);
  }
}

}  // namespace status::test
