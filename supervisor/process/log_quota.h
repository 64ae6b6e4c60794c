// logs/: what the log files of all modules may take together. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace status::supervisor {

// Rotated files go when there is too much: the oldest one of the log that takes most, again and again. The file that a
// log is being written to never goes, also that of a module that is gone: LogFile keeps each within share().
class LogQuota {
 public:
  // `logs`: how many files are written to.
  LogQuota(std::string directory, std::uint64_t total_bytes, std::size_t logs) : directory_(std::move(directory)) {
    set_limits(total_bytes, logs);
  }

  // The next line that is written anywhere finds them obeyed.
  void set_limits(std::uint64_t total_bytes, std::size_t logs) {
    total_bytes_ = total_bytes;
    share_ = total_bytes / logs;
    bytes_ = total_bytes;
  }
  // The most that one file may take for all that are written to to have room.
  std::uint64_t share() const { return share_; }
  // So much was written. Looks at the directory once the sum says that there is too much, and the first time.
  void grew(std::uint64_t bytes);

 private:
  void enforce();

  std::string directory_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t share_ = 0;
  std::uint64_t bytes_ = 0;  // of all files; too high where somebody else removed some, until the next look
};

}  // namespace status::supervisor
