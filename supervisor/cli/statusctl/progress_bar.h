// How far a transfer is, on standard error; nothing where that is no terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/clock.h"

namespace status::cli {

// One thread.
class ProgressBar {
 public:
  // `total`: where it ends; `done`: what was over before.
  ProgressBar(std::uint64_t done, std::uint64_t total);
  // Ends the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Drawn ten times a second at most.
  void reached(std::uint64_t done);

  // "[#######---------------]  31 %  310.0 MiB of 1.0 GiB  412.0 MiB/s"; `moved` bytes in `spent`.
  static std::string text(std::uint64_t done, std::uint64_t total, std::uint64_t moved, std::chrono::nanoseconds spent);

 private:
  const bool shown_;
  const std::uint64_t before_;
  const std::uint64_t total_;
  const MonotonicTime begun_;
  std::optional<MonotonicTime> drawn_;
};

}  // namespace status::cli
