// Reads one log with what was rotated away from it, line by line, and goes on as it grows. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/unique_fd.h"
#include "ipc/base/value.h"

namespace status::cli {

struct LogLine {
  std::int64_t time_ms = 0;  // 0: it does not say
  Value fields;              // null when the text is no JSON object
  std::string text;
};

// The files stay open, so that the end of one is still read after it was rotated; then come those that took its place,
// the older ones first.
class LogReader {
 public:
  struct Start {
    bool rotated = true;        // with what was rotated away before, or from the file that is being written to
    std::int64_t since_ms = 0;  // files that were last written to before this are passed over
  };
  // `path`: the file that is being written to.
  LogReader(std::string path, Start start) : path_(std::move(path)), start_(start) {}

  // The oldest line that was not taken yet; null when there is none now.
  const LogLine* peek();
  LogLine take();

 private:
  struct File {
    UniqueFd descriptor;
    ino_t inode = 0;
  };
  static File open(const std::string& path);
  std::vector<File> newer_files() const;
  bool fill();       // reads on; false: nothing more is there now
  bool read_some();  // from the file that is open
  void cut_lines();

  std::string path_;
  Start start_;
  bool begun_ = false;
  File current_;
  std::deque<File> waiting_;  // the older ones first
  std::string rest_;          // of a line that is still being written
  std::deque<LogLine> lines_;
};

// What a terminal shows of a line behind its time: level, module, message, other fields.
std::string log_line_text(const LogLine& line);

}  // namespace status::cli
