#include "supervisor/cli/statusctl/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

constexpr std::chrono::milliseconds kBetween{100};
constexpr std::size_t kCells = 24;

}  // namespace

ProgressBar::ProgressBar(std::uint64_t done, std::uint64_t total)
    : shown_(::isatty(STDERR_FILENO) == 1), before_(done), total_(total), begun_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputc('\n', stderr);
}

void ProgressBar::reached(std::uint64_t done) {
  const MonotonicTime now = std::chrono::steady_clock::now();
  if (!shown_ || (drawn_ && now - *drawn_ < kBetween && done < total_)) return;
  drawn_ = now;
  std::fprintf(stderr, "\r%s\x1b[K", text(done, total_, done - before_, now - begun_).c_str());
}

std::string ProgressBar::text(std::uint64_t done, std::uint64_t total, std::uint64_t moved,
                              std::chrono::nanoseconds spent) {
  const double part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const auto cells = std::min(static_cast<std::size_t>(part * kCells), kCells);
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f", part * 100);
  std::string out = "[" + std::string(cells, '#') + std::string(kCells - cells, '-') + "] " + percent + " %  " +
                    size_text(done) + " of " + size_text(total);
  const double seconds = std::chrono::duration<double>(spent).count();
  if (seconds > 0) out += "  " + size_text(static_cast<std::uint64_t>(static_cast<double>(moved) / seconds)) + "/s";
  return out;
}

}  // namespace status::cli
