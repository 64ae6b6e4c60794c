#include "supervisor/tree/manifest.h"

#include <algorithm>
#include <array>

#include "ipc/base/metric_pattern.h"
#include "ipc/base/words.h"
#include "supervisor/tree/table_reader.h"

namespace status::supervisor {
namespace {

constexpr std::uint64_t kHour = 3'600'000;
constexpr std::size_t kMostPatterns = 64;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 46;
// Top-level keys of node.toml and prefixes of the gateway's own methods: a module of that name could not be configured
// or called.
constexpr std::array<std::string_view, 9> kReserved = {"modules", "metrics", "remote",     "restart", "hang",
                                                       "logs",    "stop",    "supervisor", "statusd"};

constexpr std::array<std::string_view, 3> kSandboxWords = {"none", "local", "network"};

bool is_version(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
         std::count(text.begin(), text.end(), '.') == 1;
}

void read_requirement(Manifest& manifest, TableReader& outer, const std::string& module, const Value& table,
                      const std::string& file) {
  TableReader fields(table, file, "requires." + module);
  Requirement requirement{.module = module};
  if (auto methods = fields.texts_if("methods")) requirement.methods = std::move(*methods);
  requirement.backend = fields.text_if("backend").value_or("");
  requirement.restart_with_it = fields.word_if("on_death", {"notify", "restart"}) == "restart";
  outer.adopt(fields.finish());
  manifest.requires_.push_back(std::move(requirement));
}

void read_requires(Manifest& manifest, TableReader& fields, const std::string& file) {
  const Value* value = fields.any_if("requires");
  if (value == nullptr) return;
  if (const Value::Map* tables = value->as_map()) {
    for (const auto& [module, table] : *tables) read_requirement(manifest, fields, module, table, file);
  } else if (auto names = fields.texts_if("requires")) {
    for (std::string& name : *names) manifest.requires_.push_back({.module = std::move(name)});
  }
  for (auto it = manifest.requires_.begin(); it != manifest.requires_.end(); ++it) {
    const auto same = [&](const Requirement& other) { return other.module == it->module; };
    if (it->module == manifest.name) fields.refuse("requires", "names the module itself");
    if (std::any_of(manifest.requires_.begin(), it, same))
      fields.refuse("requires", "names " + in_quotes(it->module) + " twice");
  }
}

void read_restart(RestartPolicy& policy, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("restart");
  if (table == nullptr) return;
  TableReader fields(*table, file, "restart");
  const auto when = fields.word_if("when", {"always", "on_failure", "never"});
  if (when == "on_failure") policy.when = RestartPolicy::When::on_failure;
  if (when == "never") policy.when = RestartPolicy::When::never;
  if (auto delay = fields.duration_if("backoff_ms", 0, kHour)) policy.first_delay = *delay;
  if (auto cap = fields.duration_if("backoff_max_ms", 0, kHour)) policy.delay_cap = *cap;
  if (auto budget = fields.number_if("budget", 0, RestartPolicy::kMaxBudget))
    policy.budget = static_cast<std::uint32_t>(*budget);
  outer.adopt(fields.finish());
}

void read_limits(Manifest& manifest, TableReader& fields) {
  if (auto bytes = fields.number_if("memory_bytes", 1 << 20, kMostMemory)) manifest.memory_bytes = *bytes;
  if (auto bytes = fields.number_if("data_bytes", 1 << 20, kMostMemory)) manifest.data_bytes = *bytes;
  if (auto count = fields.number_if("descriptors", 16, 1'048'576)) manifest.descriptors = *count;
  if (auto bytes = fields.number_if("stack_bytes", 64 << 10, 1 << 30)) manifest.stack_bytes = *bytes;
  if (manifest.data_bytes != 0 && manifest.data_bytes < manifest.memory_bytes) {
    fields.refuse("data_bytes", "is less than `memory_bytes`: allocations would fail before the module is restarted");
  }
}

void read_metrics(Manifest& manifest, TableReader& outer, const std::string& file) {
  const Value* table = outer.table_if("metrics");
  if (table == nullptr) return;
  TableReader fields(*table, file, "metrics");
  manifest.reexport = fields.texts_if("reexport").value_or(std::vector<std::string>());
  if (manifest.reexport.size() > kMostPatterns) {
    fields.refuse("reexport", "has more than " + std::to_string(kMostPatterns) + " entries");
  }
  for (const std::string& pattern : manifest.reexport) {
    if (!is_metric_pattern(pattern)) {
      fields.refuse("reexport",
                    "has " + in_quotes(pattern) + ": it must be the name of a metric, or how names begin and `*`");
    } else if (is_own_metric(pattern)) {
      fields.refuse("reexport", "has " + in_quotes(pattern) + ": every module has such metrics of its own");
    }
  }
  outer.adopt(fields.finish());
}

void read_tables(Manifest& manifest, TableReader& outer, const std::string& file) {
  if (const Value* table = outer.table_if("owner")) {
    TableReader fields(*table, file, "owner");
    manifest.team = fields.text("team");
    manifest.contact = fields.text("contact");
    outer.adopt(fields.finish());
  } else {
    outer.refuse("owner", "is missing: every module has an owner with team and contact");
  }
  if (const Value* table = outer.table_if("timeouts")) {
    TableReader fields(*table, file, "timeouts");
    if (auto start = fields.duration_if("start_ms", 1, kHour)) manifest.start_timeout = *start;
    if (auto stop = fields.duration_if("stop_ms", 1, kHour)) manifest.stop_timeout = *stop;
    outer.adopt(fields.finish());
  }
  if (const Value* table = outer.table_if("limits")) {
    TableReader fields(*table, file, "limits");
    read_limits(manifest, fields);
    outer.adopt(fields.finish());
  }
  if (manifest.data_bytes == 0) manifest.data_bytes = 2 * manifest.memory_bytes;
  read_restart(manifest.restart, outer, file);
  read_metrics(manifest, outer, file);
}

}  // namespace

std::string_view to_word(Sandbox profile) { return kSandboxWords[static_cast<std::size_t>(profile)]; }

bool is_module_name(std::string_view name) {
  if (name.empty() || name.size() > 32 || name[0] < 'a' || name[0] > 'z') return false;
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

Result<Manifest> parse_manifest(const Value& document, const std::string& file) {
  TableReader fields(document, file);
  Manifest manifest;
  manifest.name = fields.text("name");
  if (!is_module_name(manifest.name)) {
    fields.refuse(
        "name",
        "must be a module name: a lower-case letter, then up to 31 of a-z, 0-9 and _, and no word of node.toml");
  }
  manifest.executable = fields.text("executable");
  manifest.interface = fields.text("interface");
  if (!is_version(manifest.interface)) fields.refuse("interface", "must be a version \"major.minor\"");
  manifest.backend = fields.text_if("backend").value_or("");
  const std::vector<std::string> profiles(kSandboxWords.begin(), kSandboxWords.end());
  if (const auto profile = fields.word_if("sandbox", profiles)) {
    manifest.sandbox = static_cast<Sandbox>(std::find(profiles.begin(), profiles.end(), *profile) - profiles.begin());
  }
  read_tables(manifest, fields, file);
  read_requires(manifest, fields, file);
  const Value* settings = fields.table_if("settings");
  manifest.settings = settings == nullptr ? Value(Value::Map()) : *settings;
  if (auto done = fields.finish(); !done) return fail(done.error());
  return manifest;
}

}  // namespace status::supervisor
