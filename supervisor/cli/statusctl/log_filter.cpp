#include "supervisor/cli/statusctl/log_filter.h"

#include <re2/re2.h>

#include "ipc/base/words.h"

namespace status::cli {
LogFilter::LogFilter() = default;
LogFilter::~LogFilter() = default;
LogFilter::LogFilter(LogFilter&&) noexcept = default;
LogFilter& LogFilter::operator=(LogFilter&&) noexcept = default;

Status LogFilter::grep(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);  // they are told by the caller
  pattern_ = std::make_unique<RE2>(pattern, options);
  if (pattern_->ok()) return {};
  return fail(Code::invalid_argument, "cli.bad_pattern",
              in_quotes(pattern) + " is no regular expression: " + pattern_->error() +
                  " (\\Q before plain text takes it as it is)");
}

bool LogFilter::matches(const LogLine& line) const {
  if (line.time_ms != 0 && line.time_ms < since_ms_) return false;
  if (generation_ && line.fields.uint_or("generation", 0) != *generation_) return false;
  return !pattern_ || RE2::PartialMatch(log_line_text(line), *pattern_);
}

}  // namespace status::cli
