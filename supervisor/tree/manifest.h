// module.toml: what a module is, who owns it and what it needs. Pure: from a parsed document, no files. Any thread.
//
//   name = "chat"                     executable = "status-chat"        interface = "1.0"
//   requires = ["keys", "waku"]       or   [requires.waku]  methods = ["waku.send"]  on_death = "notify" | "restart"
//                                          [requires.waku_native]  backend = "native": only where it runs on that one
//   backend = "mesh"                  the default choice; `<module>.backend` of node.toml overrides it
//   sandbox = "local"                 own folders, and no socket but local ones; "network": also the internet; "none"
//   [owner]     team = "chat-team"    contact = "chat@example.org"
//   [timeouts]  start_ms = 10000      stop_ms = 5000
//   [restart]   when = "always" | "on_failure" | "never"    backoff_ms = 100    backoff_max_ms = 30000
//               budget = 5            0: none
//   [limits]    memory_bytes = 536870912    data_bytes = 1073741824    descriptors = 1024    stack_bytes = 524288
//   [metrics]   reexport = ["libp2p_*"]    which of its backend's own metrics it shows; none unless it says so
//   [settings]  free-form defaults of the module's own configuration
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "supervisor/tree/policy.h"

namespace status::supervisor {

struct Requirement {
  std::string module;
  std::vector<std::string> methods{"*"};  // what it may call there
  bool restart_with_it = false;           // restarted when that module dies; by default it stays up, degraded
  std::string backend = {};               // required only where the module runs on this backend; empty: always

  bool operator==(const Requirement&) const = default;
};

// What its process may do (supervisor/process/sandbox).
enum class Sandbox : std::uint8_t { none, local, network };
std::string_view to_word(Sandbox profile);

struct Manifest {
  std::string name;
  std::string executable;
  std::string interface;  // "major.minor"
  std::string team;
  std::string contact;
  std::vector<Requirement> requires_;
  milliseconds start_timeout{10'000};
  milliseconds stop_timeout{5'000};
  RestartPolicy restart;
  std::uint64_t memory_bytes = 512 << 20;  // anonymous memory, looked at each second: past it the module is restarted
  std::uint64_t data_bytes = 0;            // RLIMIT_DATA and memory.max: past it allocations fail; twice memory_bytes
  std::uint64_t descriptors = 1'024;       // RLIMIT_NOFILE
  std::uint64_t stack_bytes = 512 << 10;   // RLIMIT_STACK, of each thread; stacks count as data
  Sandbox sandbox = Sandbox::local;
  std::string backend;                // empty: the module has none
  std::vector<std::string> reexport;  // ipc/base/metric_pattern.h
  Value settings;                     // map
};

// [a-z][a-z0-9_]{0,31}, and none of the words that node.toml or the gateway use themselves.
bool is_module_name(std::string_view name);

// `file` is what errors call the document. Errors: INVALID_ARGUMENT (`supervisor.bad_configuration`) with file, line,
// key and, for an unknown key, the nearest valid one.
Result<Manifest> parse_manifest(const Value& document, const std::string& file);

}  // namespace status::supervisor
