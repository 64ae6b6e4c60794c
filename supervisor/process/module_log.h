// The log of one module over all its incarnations: what it writes on its outputs, as far as its rate allows, and what
// statusd has to say of it. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/clock.h"
#include "supervisor/process/log_file.h"
#include "supervisor/process/log_rate.h"

namespace status::supervisor {

class ModuleLog {
 public:
  // Writes to DIRECTORY/<module>.log.
  ModuleLog(std::string module, const std::string& directory, LogLimits limits, LogRate rate, const Clock& clock);

  // From the next line on.
  void set_limits(LogLimits limits, LogRate rate);

  // A line as the module wrote it on "stdout" or "stderr". False when it was dropped: it is counted, and only the tail
  // has it.
  bool take(std::string_view line, std::string_view stream, std::uint64_t generation);
  // A line of statusd's own.
  void say(std::string_view level, std::string_view message, std::uint64_t generation);

  // Whether what the module said on its control line may go into statusd's own log: twenty at once, one a second. When
  // not, that counts as a line that was dropped.
  bool may_complain();

  // Says in the log what was dropped since the last call, in one line; called once a second, then. False: nothing was.
  bool report_dropped(std::uint64_t generation);
  // Since statusd started.
  std::uint64_t dropped() const { return dropped_; }

  // Into the tail alone: what another image of the supervisor knew.
  void remember(std::string_view line) { file_.remember(line); }
  // The newest lines, those that were dropped too: the last words before a death are the ones that matter.
  std::vector<std::string> tail() const { return file_.tail(); }

 private:
  std::string module_;
  const Clock& clock_;
  LogFile file_;
  LogRate rate_;
  LogBucket bucket_;
  LogBucket complaints_;
  std::uint64_t dropped_ = 0;
  std::uint64_t reported_ = 0;
};

// What goes into the log for a line that a module wrote: a JSON object as it is, with `time_ms`, `module` and
// `generation` added at its end where it lacks them; for anything else an object around it.
std::string as_log_object(std::string_view line, std::string_view stream, std::string_view module,
                          std::uint64_t generation, std::int64_t time_ms);

}  // namespace status::supervisor
