#include "supervisor/tree/configuration.h"

#include <algorithm>

#include "ipc/base/codec.h"
#include "ipc/base/tcp_address.h"
#include "ipc/base/words.h"
#include "supervisor/tree/table_reader.h"

namespace status::supervisor {
namespace {

constexpr std::uint64_t kHour = 3'600'000;

void merge_over(Value& base, const Value& over) {
  for (const auto& [key, value] : *over.as_map()) {
    Value* existing = base.find(key);
    if (existing != nullptr && existing->as_map() != nullptr && value.as_map() != nullptr) {
      merge_over(*existing, value);
    } else {
      base.set(key, value);
    }
  }
}

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Value parse_setting(std::string_view text) {
  auto document = parse_toml("value = " + std::string(text), "--set");
  const bool alone = document && document->as_map()->size() == 1;
  if (!alone) return text;
  Value value = *document->find("value");
  value.set_line(0);
  return value;
}

Status bad_override(std::string_view setting, std::string_view why) {
  return fail(Code::invalid_argument, "supervisor.bad_configuration",
              "--set " + in_quotes(setting) + ": " + std::string(why));
}

// RFC 1123 section 2.1, without a port.
bool is_host_name(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), is_part);
}

bool is_of_this_machine(const std::string& listen) {
  const auto address = parse_tcp_address(listen);
  return !address || address->host == "localhost" || address->host == "::1" || address->host.starts_with("127.");
}

void read_metrics(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("metrics");
  if (table == nullptr) return;
  TableReader fields(*table, file, "metrics");
  if (auto listen = fields.text_if("listen")) out.metrics_listen = *listen;
  out.metrics_allowed_hosts = fields.texts_if("allowed_hosts").value_or(std::vector<std::string>());
  for (const std::string& host : out.metrics_allowed_hosts) {
    if (is_host_name(host)) continue;
    fields.refuse("allowed_hosts", "has " + in_quotes(host) + ", which is no host name such as node.example.org");
  }
  out.metrics_tls = fields.flag_if("tls").value_or(false);
  out.metrics_require_token = fields.flag_if("require_token").value_or(false);
  if (out.metrics_require_token && !out.metrics_tls && !is_of_this_machine(out.metrics_listen)) {
    fields.refuse("require_token", "would have tokens sent in the clear to " + in_quotes(out.metrics_listen) +
                                       ": set metrics.tls = true as well");
  }
  outer.adopt(fields.finish());
}

void read_remote(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("remote");
  if (table == nullptr) return;
  TableReader fields(*table, file, "remote");
  out.remote_listen = fields.text_if("listen").value_or("");
  const auto address = parse_remote_url(out.remote_listen);
  if (!out.remote_listen.empty() && (!address || !is_numeric(address->host))) {
    fields.refuse("listen",
                  "must be tls+tcp://ADDRESS:PORT with an address of this machine, such as "
                  "tls+tcp://0.0.0.0:7443, and not " +
                      in_quotes(out.remote_listen));
  }
  outer.adopt(fields.finish());
}

void read_logs(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("logs");
  if (table == nullptr) return;
  TableReader fields(*table, file, "logs");
  if (auto level = fields.word_if("level", {"trace", "debug", "info", "warn", "error"})) out.log_level = *level;
  if (auto bytes = fields.number_if("max_bytes", 4096, std::uint64_t{1} << 40)) out.log_max_bytes = *bytes;
  if (auto files = fields.number_if("files", 1, 100)) out.log_files = *files;
  if (auto bytes = fields.number_if("total_bytes", 1 << 20, std::uint64_t{1} << 40)) out.log_total_bytes = *bytes;
  if (auto lines = fields.number_if("max_lines_per_s", 1, 1'000'000)) out.log_lines_per_s = *lines;
  if (auto lines = fields.number_if("burst_lines", 1, 10'000'000)) out.log_burst_lines = *lines;
  outer.adopt(fields.finish());
}

void read_hang(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("hang");
  if (table == nullptr) return;
  TableReader fields(*table, file, "hang");
  if (auto interval = fields.duration_if("ping_ms", 10, 60'000)) out.ping_interval = *interval;
  if (auto limit = fields.duration_if("limit_ms", 100, kHour)) out.hang_limit = *limit;
  if (auto limit = fields.duration_if("supervisor_ms", 500, kHour)) out.supervisor_hang_limit = *limit;
  outer.adopt(fields.finish());
}

void read_stop(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("stop");
  if (table == nullptr) return;
  TableReader fields(*table, file, "stop");
  if (auto within = fields.duration_if("within_ms", 100, kHour)) out.stop_within = *within;
  outer.adopt(fields.finish());
}

void read_restart(Configuration& out, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("restart");
  if (table == nullptr) return;
  TableReader fields(*table, file, "restart");
  out.restart_delay = fields.duration_if("backoff_ms", 0, kHour);
  out.restart_delay_cap = fields.duration_if("backoff_max_ms", 0, kHour);
  if (auto budget = fields.number_if("budget", 0, RestartPolicy::kMaxBudget)) {
    out.restart_budget = static_cast<std::uint32_t>(*budget);
  }
  outer.adopt(fields.finish());
}

}  // namespace

Value Configuration::settings_of(const Manifest& manifest) const {
  Value settings = manifest.settings;
  const auto own = modules_settings.find(manifest.name);
  if (own != modules_settings.end()) merge_over(settings, own->second);
  std::erase_if(*settings.as_map(), [](const auto& entry) { return entry.first == "backend"; });
  return settings;
}

std::string Configuration::backend_of(const Manifest& manifest) const {
  const auto own = modules_settings.find(manifest.name);
  return own == modules_settings.end() ? manifest.backend : own->second.string_or("backend", manifest.backend);
}

RestartPolicy Configuration::restart_of(const Manifest& manifest) const {
  RestartPolicy policy = manifest.restart;
  policy.first_delay = restart_delay.value_or(policy.first_delay);
  policy.delay_cap = restart_delay_cap.value_or(policy.delay_cap);
  policy.budget = restart_budget.value_or(policy.budget);
  return policy;
}

Status apply_override(Value& document, std::string_view key_and_value) {
  const auto equals = key_and_value.find('=');
  if (equals == std::string_view::npos) return bad_override(key_and_value, "it must be key=value");
  std::string_view key = key_and_value.substr(0, equals);
  Value* table = &document;
  for (;;) {
    const auto dot = key.find('.');
    const std::string_view part = key.substr(0, dot);
    if (!is_key(part))
      return bad_override(key_and_value, "the key must be words of letters, digits, _ and -, joined by dots");
    if (dot == std::string_view::npos) break;
    Value* next = table->find(part);
    if (next == nullptr) next = &table->set(part, Value::Map());
    if (next->as_map() == nullptr) return bad_override(key_and_value, in_quotes(part) + " is a value, not a table");
    table = next;
    key.remove_prefix(dot + 1);
  }
  table->set(key, parse_setting(key_and_value.substr(equals + 1)));
  return {};
}

Result<Configuration> parse_configuration(const Value& document, const std::string& file,
                                          const std::vector<std::string>& module_names) {
  TableReader fields(document, file);
  Configuration out;
  out.modules = fields.texts_if("modules");
  for (const std::string& name : out.modules.value_or(std::vector<std::string>())) {
    if (std::find(module_names.begin(), module_names.end(), name) != module_names.end()) continue;
    const std::string nearest = nearest_word(name, module_names);
    fields.refuse("modules", "names " + in_quotes(name) + ", which is no module here" +
                                 (nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + "?"));
  }
  read_metrics(out, fields, file);
  read_remote(out, fields, file);
  read_logs(out, fields, file);
  read_hang(out, fields, file);
  read_stop(out, fields, file);
  read_restart(out, fields, file);
  for (const std::string& name : module_names) {
    if (const Value* table = fields.table_if(name)) {
      out.modules_settings[name] = *table;
      const Value* backend = table->find("backend");
      if (backend != nullptr && backend->as_string() == nullptr)
        fields.refuse(name, "has a `backend` that is no string");
    }
  }
  if (auto done = fields.finish(); !done) return fail(done.error());
  return out;
}

}  // namespace status::supervisor
