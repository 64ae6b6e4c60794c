// statusctl's commands, one .cpp each. They return the exit code.
#pragma once

#include <optional>
#include <string>

#include "supervisor/cli/statusctl/session.h"

namespace status::cli {

struct Shell {
  NodePlace place;
  bool json = false;      // --json, or standard output is no terminal
  bool terminal = false;  // standard output is one
};

int run_status(const Shell& shell);
// `params`: JSON text, "@file", "-" for standard input, or empty for {}.
int run_call(const Shell& shell, const std::string& method, const std::string& params, std::uint32_t deadline_ms,
             const std::string& idempotency_key);
int run_events(const Shell& shell, bool follow);
// `module` empty: all logs, merged by time.
int run_logs(const Shell& shell, const std::string& module, bool follow);
// start, stop, restart: by the supervisor. kill: SIGKILL to the module's process, which the supervisor then restarts.
int run_control(const Shell& shell, const std::string& verb, const std::string& module);
int run_why(const Shell& shell, const std::string& module);
// `subject`: empty, a module, or module.method.
int run_describe(const Shell& shell, const std::string& subject);

}  // namespace status::cli
