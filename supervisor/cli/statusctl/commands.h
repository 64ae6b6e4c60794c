// statusctl's commands, one .cpp each. They return the exit code.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
struct LogsOptions {
  std::string module;     // empty: all logs, merged by time
  bool follow = false;    // from the file that is being written to, unless `since` says how far back
  std::string since;      // as parse_since() of time_text.h reads it; empty: all that is kept
  std::string grep;       // as LogFilter::grep() reads it; empty: every line
  bool previous = false;  // the incarnation of `module` before this one
};
// What is wrong with `since` or `grep`, for a usage error.
Status check_logs_options(const LogsOptions& options);
int run_logs(const Shell& shell, const LogsOptions& options);
// start, stop, restart, pause, resume: by the supervisor. kill: SIGKILL to the module's process, which the supervisor
// then restarts.
int run_control(const Shell& shell, const std::string& verb, const std::string& module);
// Into a new file, 0600; `output` empty: one in the working directory, named after the time; "-": standard output.
// Works without a running node. One secret that may be in a text is known by reading it: the local user's own token.
int run_report(const Shell& shell, const std::string& output);
int run_why(const Shell& shell, const std::string& module);
// `subject`: empty, a module, or module.method.
int run_describe(const Shell& shell, const std::string& subject);

// Offline: node.toml, or the file, with the manifests and grants of the data directory.
int run_config_check(const Shell& shell, const std::string& file);
// What applying would change, and applying it.
int run_config_diff(const Shell& shell);
int run_config_apply(const Shell& shell);
// What a module of modules.d/ may call (supervisor/tree/grants.h); takes effect at once where the node runs. No
// methods: all of the target.
int run_grant(const Shell& shell, const std::string& module, const std::string& target,
              const std::vector<std::string>& methods);
int run_revoke(const Shell& shell, const std::string& module, const std::string& target);

// Items that modules have set aside because they died of them. Empty: of all modules. `action`: retry or drop.
int run_quarantine_list(const Shell& shell, const std::string& module);
int run_quarantine(const Shell& shell, const std::string& action, const std::string& module, std::uint64_t id);

// Whom front ends wait for (supervisor/gateway/blame/blame_api.h).
struct BlameWish {
  std::string since = "5m";
  std::string method;    // empty: of all
  std::string resource;  // cpu, memory, network, disk; empty: time
};
int run_blame(const Shell& shell, const BlameWish& wish);

// What every module is doing, until q is pressed; once where it is JSON.
int run_top(const Shell& shell);

// Recorded calls (supervisor/gateway/blame/flight_api.h).
struct FlightWish {
  std::string trace;  // 32 hex digits
  std::string module;
  std::string method;
  std::string since = "5m";
  std::uint32_t limit = 50;
  std::string format;  // chrome, otlp: for another tool; empty: for people
};
int run_trace(const Shell& shell, const FlightWish& wish);
int run_trace_slow(const Shell& shell, const FlightWish& wish);
int run_flight(const Shell& shell, const FlightWish& wish);

// Where a message is, and where those are that have not arrived (supervisor/gateway/custody/custody_api.h).
int run_message(const Shell& shell, const std::string& name);
int run_messages(const Shell& shell);

// A fault in a module (supervisor/gateway/faults/fault_api.h). Only of a node that was started with --allow-faults.
struct FaultWish {
  std::string method;  // chat.send_message, chat.*
  std::string stage = "handler";
  std::string kind;     // delay, fail, hang, crash, drop, leak, flood
  std::string measure;  // of a delay a span, of a leak a size
  std::uint32_t lines = 0;
  std::uint32_t percent = 100;
};
// What supervisor.add_fault takes. INVALID_ARGUMENT (`cli.bad_fault`) for a measure that is none.
Result<Value> fault_spec(const FaultWish& wish);
int run_fault_add(const Shell& shell, const FaultWish& wish);
int run_fault_list(const Shell& shell);
int run_fault_clear(const Shell& shell, std::optional<std::uint64_t> id);

// Replaces statusd in place. Empty: by what is now where it was started from.
int run_upgrade(const Shell& shell, const std::string& executable);

// A token for a front end (supervisor/gateway/token_api.h).
struct TokenWish {
  std::string name;
  std::vector<std::string> methods;
  std::uint32_t rate = 0;  // requests a second; 0: no limit
  std::string lifetime;    // "30d", "12h", "5m", "10s"; empty: for good
  std::string client;      // fingerprint of a client on another machine; empty: for this machine
};
int run_token_create(const Shell& shell, const TokenWish& wish);
int run_token_list(const Shell& shell);
int run_token_revoke(const Shell& shell, const std::string& name);

// The node's door for other machines.
int run_remote_show(const Shell& shell);
// The fingerprint of the client key in `file`, which is made if there is none. Needs no node.
int run_remote_identity(const Shell& shell, const std::string& file);

}  // namespace status::cli
