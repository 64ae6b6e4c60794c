// The messages of the control line (WIRE.md section 5), both directions, as plain structs. Any thread.
//
//   LineBuffer lines;  lines.append(bytes);                          // from descriptor 3
//   auto message = decode_to_module(line);                           // in a module
//   if (auto* boot = std::get_if<Bootstrap>(&*message)) ...
//   write(3, encode(Ready{.url = url, .interface = "1.0"}));         // one line with its line feed
//
// Decoding ignores unknown keys. A known type with a missing key or a wrong type is INVALID_ARGUMENT
// (`control.bad_message`) naming the key; an unknown type is `Unknown`, for the caller to log and ignore. No key and no
// password ever travels here; edge credentials do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "ipc/control/line_buffer.h"

namespace status::ipc::control {

inline constexpr std::uint32_t kProtocol = 1;

struct Unknown {
  std::string type;
};

// ---- to the module ----

// Where a module that is required here can be called, and the credential (16 bytes) to show in request meta `a`.
struct EdgeTo {
  std::string url;
  Bytes credential;
};
// Who may call: SHA-256 of the caller's credential, and what it may call: whole method names ("waku.send"), or "*" for
// all.
struct EdgeFrom {
  Bytes sha256;
  std::vector<std::string> methods;
};
// By module name. The gateway is a caller of every module.
struct Edges {
  std::map<std::string, EdgeTo> to;
  std::map<std::string, EdgeFrom> from;
};

// The first line that a module reads.
struct Bootstrap {
  std::string module;
  std::uint64_t generation = 0;
  std::string run_dir;   // the module's own: <run>/<module>; rpc.sock and bulk.sock go here
  std::string data_dir;  // the module's own: <data-dir>/profiles/default/<module>
  std::string boot_id;   // of this statusd: random, 32 hex digits; a new one means that statusd itself was restarted
  Value config;  // map: the module's settings of module.toml, node.toml and --set, nested ({mesh: {listen: ...}})
  std::string backend;  // empty when the module has none
  Edges edges;
  std::string log_level = "info";  // trace debug info warn error
  bool allow_faults = false;       // an operator may put faults into this module (`_sys.set_faults`)
  std::vector<std::string>
      reexport;  // metrics of its backend that it shows besides its own (ipc/base/metric_pattern.h)
};
struct Ping {
  std::uint64_t n = 0;
};
// Stop taking work, finish what runs, send `stopping`, exit 0 within the deadline.
struct Drain {
  std::uint32_t deadline_ms = 0;
};
struct LogLevel {
  std::string level;
};

// ---- from the module ----

// Said once when the module serves; said again it ends a `degraded` of the module's own.
struct Ready {
  std::string url;
  std::string bulk_url;  // empty: no bulk socket
  std::uint32_t protocol = kProtocol;
  std::string interface;  // "major.minor"
};
struct Pong {
  std::uint64_t n = 0;  // of the ping
  std::uint64_t queued = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;          // since the start
  std::uint64_t oldest_overrun_ms = 0;  // how far the oldest running job is past its deadline; 0: it is not
  std::string oldest;                   // its "method trace-id"; empty when nothing runs
};
struct Degraded {
  std::string why;
};
struct Stopping {};
// The last word before exit 70 or 78.
struct Fatal {
  std::string reason;
  std::string message;
};
struct Locked {
  bool locked = false;
};
// The gateway alone: do something to a module; answered by CommandResult with the same id.
struct Command {
  std::uint64_t id = 0;
  std::string op;  // start stop restart pause resume, config_diff config_apply upgrade (of no module)
  std::string module;
  std::string key;            // whose idempotency key it is and which; empty when the caller gave none
  std::string argument = {};  // upgrade: the executable; empty: the one that statusd was started from
};

// ---- to the gateway alone ----

// How the incarnation before this one ended.
struct LastExit {
  std::uint64_t generation = 0;
  std::string cause;  // "exit 78", "signal 9 (SIGKILL)", for people
  std::int64_t time_ms = 0;
  std::uint64_t uptime_ms = 0;
  bool asked = false;  // it was told to stop
};

// What there is to know about one module; a row of `supervisor.modules`.
struct ModuleRow {
  std::string name;
  std::string state;  // a word of WIRE.md section 6
  std::string
      why;  // of the state: "required module keys is down", "signal 11 (SIGSEGV)"; empty when there is nothing to say
  bool locked = false;
  std::uint64_t generation = 0;
  std::int64_t pid = 0;         // 0: no process
  std::int64_t started_ms = 0;  // Unix; of this incarnation; 0: never
  std::int64_t ready_ms = 0;    // Unix; 0: not ready
  std::uint64_t restarts = 0;   // since statusd started
  // Of them, by how the incarnation before ended: "asked", "SIGKILL", "exit_1", or "other" when it could not be made.
  std::map<std::string, std::uint64_t> restart_causes;
  std::uint64_t rss_bytes = 0;
  std::uint64_t anonymous_bytes = 0;
  // Of all incarnations since statusd started.
  std::uint64_t cpu_us = 0;
  std::uint64_t run_delay_us = 0;        // its threads were ready to run and had no processor
  std::uint64_t memory_limit_bytes = 0;  // of the anonymous memory; 0: none
  std::string sandbox;                   // profile: none local network
  std::uint64_t sandbox_level = 0;       // 0 nothing, 1 system calls, 2 and files
  std::vector<std::string> unprotected;  // what it should be held by and is not, for people
  std::vector<std::string> ungranted;    // modules that it requires and may not call
  std::uint64_t log_lines_dropped = 0;   // since statusd started: it logged faster than it may
  std::string owner;
  std::string backend;
  std::string interface;
  std::vector<std::string> requires_;  // key "requires"
  std::optional<LastExit> last_exit;
  std::int64_t next_attempt_ms = 0;  // Unix; 0: no restart is planned
  std::string url;
  Bytes credential;  // the gateway's edge to that module
};

// The JSON object that the row is on the control line.
Value to_value(const ModuleRow& row);

// The full picture, once after the bootstrap.
struct Modules {
  std::string boot_id;
  std::vector<ModuleRow> modules;
};
struct ModuleChanged {
  ModuleRow row;
};
// An event of the supervisor, for the merged stream. Kept until a gateway has answered a ping that was sent after it,
// within a bound, and sent again to the next gateway: one whose `seq` is in the ring already is dropped there.
struct SupervisorEvent {
  std::uint64_t seq = 0;  // 1, 2, … within one boot id
  std::string topic;
  std::int64_t time_ms = 0;
  std::uint64_t generation = 0;
  Value data;
};
// statusd itself, now and then.
struct SupervisorSample {
  std::int64_t started_ms = 0;    // Unix; an upgrade in place is no start
  std::uint64_t loop_lag_us = 0;  // the longest that its loop came late to something, since the sample before
  std::uint64_t cpu_us = 0;       // since it was started; an upgrade goes on
  std::uint64_t anonymous_bytes = 0;
};
struct CommandResult {
  std::uint64_t id = 0;
  std::optional<Error> error;
  Value data = {};  // map, of those that ask for something; else null
};

using ToModule = std::variant<Unknown, Bootstrap, Edges, Ping, Drain, LogLevel, Modules, ModuleChanged, SupervisorEvent,
                              SupervisorSample, CommandResult>;
using FromModule = std::variant<Unknown, Ready, Pong, Degraded, Stopping, Fatal, Locked, Command>;

Result<ToModule> decode_to_module(std::string_view line);
Result<FromModule> decode_from_module(std::string_view line);

// One line with its line feed. The caller keeps it within kMaxLineBytes.
std::string encode(const ToModule& message);
std::string encode(const FromModule& message);

}  // namespace status::ipc::control
