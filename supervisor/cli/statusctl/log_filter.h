// Which lines of the logs somebody wants to see. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ipc/base/result.h"
#include "supervisor/cli/statusctl/log_reader.h"

namespace re2 {
class RE2;
}

namespace status::cli {

class LogFilter {
 public:
  LogFilter();
  ~LogFilter();
  LogFilter(LogFilter&&) noexcept;
  LogFilter& operator=(LogFilter&&) noexcept;

  // Lines before that time do not match; a line that says no time does.
  void since(std::int64_t unix_ms) { since_ms_ = unix_ms; }
  // What a terminal shows of the line, without its time, has a match of this regular expression (RE2 syntax: time
  // linear in the text, no back-references; \Q…\E quotes plain text). INVALID_ARGUMENT (`cli.bad_pattern`) says what is
  // wrong.
  Status grep(const std::string& pattern);
  // Lines of that incarnation alone.
  void generation(std::uint64_t number) { generation_ = number; }

  std::int64_t since() const { return since_ms_; }
  bool matches(const LogLine& line) const;

 private:
  std::int64_t since_ms_ = 0;
  std::unique_ptr<re2::RE2> pattern_;
  std::optional<std::uint64_t> generation_;
};

}  // namespace status::cli
