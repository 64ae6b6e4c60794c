// logs/<module>.log: lines on disk, rotated by size, and the newest of them in memory. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/clock.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/process/log_quota.h"

namespace status::supervisor {

struct LogLimits {
  std::uint64_t max_bytes = 8 << 20;  // of one file
  std::uint64_t files = 4;            // FILE, FILE.1 … FILE.<files - 1>, newest first
  LogQuota* quota = nullptr;          // what all logs share; outlives them
};

// A file that cannot be written costs its lines, which are counted and reported in the file itself once writing works
// again.
class LogFile {
 public:
  static constexpr std::size_t kTailLines = 200;
  static constexpr std::size_t kTailLineBytes = 2'048;  // a longer line is cut, in memory only

  LogFile(std::string path, LogLimits limits, const Clock& clock);

  // From the next line on. Files that there are no longer to be go at once.
  void set_limits(LogLimits limits);

  // One JSON object without its line feed.
  void append(std::string_view line);
  // Into the tail alone.
  void remember(std::string_view line);
  // Lines cut to kTailLineBytes, oldest first.
  std::vector<std::string> tail() const { return {tail_.begin(), tail_.end()}; }

 private:
  bool write(std::string_view line);
  bool open();
  void rotate();
  std::string rotated(std::uint64_t age) const;

  std::string path_;
  LogLimits limits_;
  const Clock& clock_;
  UniqueFd file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t lost_ = 0;
  std::deque<std::string> tail_;
};

// A line of the supervisor's own making, in the form that modules use: {time_ms, level, module, generation, message,
// …}.
std::string log_line(const Clock& clock, std::string_view level, std::string_view module, std::uint64_t generation,
                     std::string_view message);

}  // namespace status::supervisor
