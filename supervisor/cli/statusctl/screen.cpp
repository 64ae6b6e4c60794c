#include "supervisor/cli/statusctl/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace status::cli {
namespace {

// The first `columns` code points, the last of them a mark when there was more.
std::string clip(const std::string& line, std::size_t columns) {
  std::size_t seen = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xc0U) == 0x80U) continue;
    if (seen + 1 == columns) last = i;
    if (++seen > columns) return line.substr(0, last) + "…";
  }
  return line;
}

}  // namespace

Screen::Screen() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return;
  rows_ = size.ws_row;
  columns_ = size.ws_col;
}

void Screen::add(const std::string& line) { text_ += clip(line, columns_) + "\n"; }

void Screen::add(const std::vector<std::string>& lines, std::size_t most, const std::string& what) {
  const std::size_t shown = lines.size() <= most ? lines.size() : most - 1;
  for (std::size_t i = 0; i < shown; ++i) add(lines[i]);
  if (shown < lines.size()) add("  … " + std::to_string(lines.size() - shown) + " more " + what + "; --json has all");
}

}  // namespace status::cli
