// What the operator wants of a node: node.toml, then --set in order, over the defaults. Pure: from parsed documents, no
// files. Any thread.
//
//   modules = ["keys", "waku"]     the built-in modules that run; default: all. Those of modules.d/ always run
//   [metrics]  listen = "127.0.0.1:9464"  allowed_hosts = []: names besides addresses and localhost that it is asked by
//              tls = false: with the certificate in <data-dir>/profiles/default/gateway/metrics_tls.pem, or one that is
//              made there  require_token = false: who reads figures has a token (supervisor/gateway/http/admission.h)
//   [remote]   listen = "tls+tcp://192.0.2.7:7443": front ends of other machines; absent or empty: none
//   [logs]     level = "info"  max_bytes = 8388608  files = 4  total_bytes = 134217728: of all files together
//              max_lines_per_s = 1000  burst_lines = 10000: of each module; what is more is dropped and counted
//   [hang]     ping_ms = 250  limit_ms = 3000  supervisor_ms = 10000: statusd's own loop, after which it ends itself
//   [stop]     within_ms = 70000: of the whole node, longer than its slowest chain; what is left is killed
//   [restart]  backoff_ms, backoff_max_ms, budget: for every module, over its manifest. 0: no backoff, no budget
//   [<module>] backend = "…", and whatever the module itself understands
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "supervisor/tree/manifest.h"

namespace status::supervisor {

struct Configuration {
  std::optional<std::vector<std::string>> modules;
  std::string metrics_listen = "127.0.0.1:9464";
  std::vector<std::string> metrics_allowed_hosts;
  bool metrics_tls = false;
  bool metrics_require_token = false;
  std::string remote_listen;  // empty: no other machine can connect
  std::string log_level = "info";
  std::uint64_t log_max_bytes = 8 << 20;
  std::uint64_t log_files = 4;  // of each module, the current one included
  std::uint64_t log_total_bytes = 128 << 20;
  std::uint64_t log_lines_per_s = 1'000;
  std::uint64_t log_burst_lines = 10'000;
  milliseconds ping_interval{250};
  milliseconds hang_limit{3'000};
  milliseconds supervisor_hang_limit{10'000};
  milliseconds stop_within{70'000};
  std::optional<milliseconds> restart_delay;
  std::optional<milliseconds> restart_delay_cap;
  std::optional<std::uint32_t> restart_budget;
  bool allow_faults = false;                      // of the command line alone
  std::map<std::string, Value> modules_settings;  // by module name; maps

  // What that module runs with: its manifest's settings under the operator's, `backend` taken out.
  Value settings_of(const Manifest& manifest) const;
  std::string backend_of(const Manifest& manifest) const;
  RestartPolicy restart_of(const Manifest& manifest) const;
};

// Puts one `key=value` of the command line into the document. The key is dotted; the value is TOML, or else a bare word
// taken as a string. INVALID_ARGUMENT (`supervisor.bad_configuration`) when there is no `=`, the key is malformed, or
// it goes through a value that is no table.
Status apply_override(Value& document, std::string_view key_and_value);

// `file` is what errors call the document; `module_names` are the tables that are allowed besides the fixed ones.
// INVALID_ARGUMENT
// (`supervisor.bad_configuration`) with file, line, key and the nearest valid key.
Result<Configuration> parse_configuration(const Value& document, const std::string& file,
                                          const std::vector<std::string>& module_names);

}  // namespace status::supervisor
