#include "tests/support/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace status::test {

Terminal::Terminal(const std::vector<std::string>& arguments, TerminalSize size)
    : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  char name[64] = {};
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
      ::ptsname_r(master_.get(), name, sizeof(name)) != 0) {
    throw std::runtime_error("posix_openpt");
  }
  const winsize window{.ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(master_.get(), TIOCSWINSZ, &window);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, fd, name, O_RDWR | O_NOCTTY, 0);
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int error = ::posix_spawn(&pid_, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("posix_spawn " + arguments.at(0));
}

Terminal::~Terminal() {
  if (exit_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Terminal::type(std::string_view keys) {
  if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("type on a terminal");
  }
}

bool Terminal::read_some(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd poll{master_.get(), POLLIN, 0};
  if (exit_ || left.count() <= 0 || ::poll(&poll, 1, static_cast<int>(left.count())) != 1) return false;
  char chunk[4096];
  const ssize_t got = ::read(master_.get(), chunk, sizeof(chunk));
  if (got > 0) {
    output_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  // EIO: nobody has the other end any more.
  int status = 0;
  if (::waitpid(pid_, &status, 0) == pid_) exit_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return false;
}

bool Terminal::wait_until(const std::function<bool(const std::string& output)>& wanted, milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!wanted(output_)) {
    if (!read_some(deadline)) return false;
  }
  return true;
}

std::optional<int> Terminal::wait(milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (read_some(deadline)) {
  }
  return exit_;
}

bool Terminal::is_as_ever() const {
  termios mode{};
  constexpr tcflag_t kCooked = ICANON | ECHO | ISIG;
  return ::tcgetattr(master_.get(), &mode) == 0 && (mode.c_lflag & kCooked) == kCooked;
}

}  // namespace status::test
