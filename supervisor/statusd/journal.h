// What statusd says: logs/statusd.log, and one line per transition on the terminal. One thread.
#pragma once

#include <string>
#include <string_view>

#include "ipc/base/clock.h"
#include "supervisor/process/log_file.h"

namespace status::supervisor {

class Journal {
 public:
  // `terminal`: print transitions on standard output.
  Journal(std::string path, LogLimits limits, const Clock& clock, bool terminal);

  // From the next line on.
  void set_limits(LogLimits limits) { file_.set_limits(limits); }

  // level: debug info warn error. `module` empty: statusd itself.
  void say(std::string_view level, std::string_view message, std::string_view module = {},
           std::uint64_t generation = 0);
  // The same, and on standard error: for what the person who started statusd must see.
  void warn_operator(std::string_view message);
  // "chat: starting → ready (generation 3, pid 4711): ready".
  void transition(std::string_view module, std::string_view from, std::string_view to, std::uint64_t generation,
                  long pid, std::string_view cause);

 private:
  const Clock& clock_;
  LogFile file_;
  bool terminal_;
};

}  // namespace status::supervisor
