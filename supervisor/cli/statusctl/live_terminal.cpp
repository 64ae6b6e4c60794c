#include "supervisor/cli/statusctl/live_terminal.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "supervisor/cli/statusctl/screen.h"

namespace status::cli {
namespace {

constexpr char kControlC = 3;
constexpr char kEscape = 27;

}  // namespace

LiveTerminal::LiveTerminal() {
  ::tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  std::fputs("\033[?1049h\033[?25l", stdout);  // the other screen, no cursor
}

LiveTerminal::~LiveTerminal() {
  std::fputs("\033[?25h\033[?1049l", stdout);
  std::fflush(stdout);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void LiveTerminal::draw(const std::string& text) const {
  Screen screen;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t row = 1; row < screen.rows() && std::getline(lines, line); ++row) screen.add(line);
  std::string out = "\033[H";
  for (const char c : screen.text()) out += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
  std::fputs((out + "\033[J").c_str(), stdout);
  std::fflush(stdout);
}

KeyPress LiveTerminal::wait_key(std::chrono::milliseconds patience) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, static_cast<int>(patience.count())) <= 0) return {};
  char bytes[8];
  const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (got <= 0 || bytes[0] == kControlC || bytes[0] == 'q') return {Key::quit};
  if (bytes[0] == '\n' || bytes[0] == '\r') return {Key::enter};
  if (bytes[0] != kEscape) return {Key::other, bytes[0]};
  if (got >= 3 && bytes[1] == '[' && bytes[2] == 'A') return {Key::up};
  if (got >= 3 && bytes[1] == '[' && bytes[2] == 'B') return {Key::down};
  return {Key::escape};
}

}  // namespace status::cli
