#include "supervisor/cli/statusctl/report_content.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "metrics/exposition.h"
#include "supervisor/cli/statusctl/build_id.h"
#include "supervisor/cli/statusctl/offline.h"
#include "supervisor/plan/shown_settings.h"
#include "supervisor/records/node_files.h"
#include "supervisor/tree/configuration.h"

namespace status::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogLines = 200;    // of each log
constexpr std::size_t kCrashRecords = 5;  // of each module, the newest
constexpr std::size_t kTransitions = 50;  // of each module
constexpr std::uint32_t kPatienceMs = 2'000;

Value error_value(const Error& error) { return Value::map({{"error", error.describe()}}); }

std::vector<fs::path> sorted_entries(const std::string& directory) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

fs::path own_directory() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

Value programs() {
  Value::Array out;
  for (const fs::path& path : sorted_entries(own_directory())) {
    const std::string name = path.filename();
    if (name != "statusd" && name != "statusctl" && !name.starts_with("status-")) continue;
    out.push_back(Value::map({{"name", name}, {"build_id", build_id_of(path)}}));
  }
  return Value::map({{"version", STATUS_VERSION}, {"files", std::move(out)}});
}

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" → the text.
std::string distribution() {
  std::ifstream file("/etc/os-release");
  constexpr std::string_view kKey = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kKey)) continue;
    std::string name = line.substr(kKey.size());
    std::erase(name, '"');
    return name;
  }
  return {};
}

// Without its name, which may be a person's.
Value host() {
  utsname system{};
  ::uname(&system);
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return Value::map({{"kernel", std::string(system.sysname) + " " + system.release + " " + system.machine},
                     {"distribution", distribution()},
                     {"processors", std::int64_t{::sysconf(_SC_NPROCESSORS_ONLN)}},
                     {"memory_bytes", pages * page}});
}

// As `statusctl status --json` and supervisor.hello have it. Nobody is waited for who cannot come.
Value node(const Shell& shell) {
  const std::int64_t statusd = running_statusd(shell.place);
  Value out = Value::map({{"data_dir", shell.place.data_dir}, {"statusd_pid", statusd}});
  if (statusd == 0) return out;
  Result<Session> session = Session::open(shell.place);
  if (!session) {
    out.set("error", session.error().describe());
    return out;
  }
  for (const char* method : {"hello", "modules"}) {
    const auto reply = session->read(std::string("supervisor.") + method, Value(Value::Map{}), kPatienceMs);
    if (!reply) {
      out.set("error", reply.error().describe());
      break;
    }
    out.set(method, *reply);
  }
  return out;
}

// The words that follow each `--set`, and the file of `--config`, of the statusd that runs.
struct StatusdArguments {
  std::vector<std::string> settings;
  std::string config;
};

StatusdArguments arguments_of(std::int64_t pid) {
  StatusdArguments out;
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  std::string option;
  for (std::string word; std::getline(file, word, '\0');) {
    std::string value = word;
    if (word.starts_with("--")) {
      const std::size_t equals = word.find('=');
      option = word.substr(0, equals);
      if (equals == std::string::npos) continue;
      value = word.substr(equals + 1);
    }
    if (option == "--set") out.settings.push_back(value);
    if (option == "--config") out.config = value;
  }
  return out;
}

// node.toml under the command line of the statusd that runs. What is statusd's own is shown as it is; the settings of
// modules are theirs, and hidden but for the choice of the backend.
Value configuration(const Shell& shell) {
  const StatusdArguments arguments = arguments_of(running_statusd(shell.place));
  const std::string file = arguments.config.empty() ? shell.place.data_dir + "/node.toml" : arguments.config;
  Result<Value> document = read_toml_file(file);
  const bool missing = !document && document.error().code == Code::not_found;
  if (!document && !missing) return error_value(document.error());
  Value merged = missing ? Value(Value::Map{}) : *document;
  for (const std::string& setting : arguments.settings) {
    if (const Status applied = supervisor::apply_override(merged, setting); !applied) {
      return error_value(applied.error());
    }
  }
  Value out = Value::Map{};
  constexpr std::array<std::string_view, 5> kOwn = {"modules", "metrics", "logs", "hang", "restart"};
  for (const auto& [key, value] : *merged.as_map()) {
    if (std::ranges::find(kOwn, key) != kOwn.end()) {
      out.set(key, value);
      continue;
    }
    Value hidden = supervisor::hidden_texts(value);
    if (const Value* backend = value.find("backend")) hidden.set("backend", *backend);
    out.set(key, std::move(hidden));
  }
  return Value::map({{"file", missing ? "none: " + file : file}, {"effective", std::move(out)}});
}

Value manifests(const Shell& shell) {
  Value out = Value::Map{};
  for (const std::string& directory :
       {(own_directory().parent_path() / "share/status/modules").string(), shell.place.data_dir + "/modules.d"}) {
    for (const fs::path& folder : sorted_entries(directory)) {
      Result<Value> manifest = read_toml_file(folder / "module.toml");
      if (manifest) {
        if (Value* settings = manifest->find("settings")) *settings = supervisor::hidden_texts(*settings);
      }
      out.set(folder.filename().string(), manifest ? *manifest : error_value(manifest.error()));
    }
  }
  return out;
}

Value crash_records(const Shell& shell) {
  Value out = Value::Map{};
  for (const fs::path& folder : sorted_entries(shell.place.crash())) {
    out.set(folder.filename().string(), records::read_crashes(folder, kCrashRecords));
  }
  return out;
}

void add_logs(const Shell& shell, Value& out) {
  Value logs = Value::Map{};
  Value transitions = Value::Map{};
  for (const fs::path& file : sorted_entries(shell.place.logs())) {
    if (file.extension() != ".log") continue;
    const std::string module = file.stem();
    logs.set(module, records::last_log_lines(file, kLogLines));
    if (module != "statusd") transitions.set(module, logged_transitions(shell.place, module, kTransitions));
  }
  out.set("transitions", std::move(transitions));
  out.set("logs", std::move(logs));
}

// As the gateway left them at its last look, five seconds ago at most: nobody has to answer for it.
Value metrics(const Shell& shell) {
  const std::string file = shell.place.run_dir + "/gateway/metrics.state";
  std::ifstream in(file, std::ios::binary);
  const Bytes content(std::istreambuf_iterator<char>(in), {});
  const Result<Value> state = decode_msgpack(content);
  const Value* saved = state ? state->find("metrics") : nullptr;
  metrics::Exposition exposition;
  const Status restored = saved == nullptr ? Status(fail(Code::not_found, "cli.no_metrics", "no figures in " + file))
                                           : exposition.restore(*saved);
  if (!restored) return error_value(restored.error());
  const Value* modules = saved->find("modules");
  for (const Value& module : *modules->as_array()) exposition.set_row({.name = module.string_or("name", "")});
  std::istringstream text(exposition.text(SystemClock().monotonic()));
  Value::Array lines;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with('#') && !line.starts_with("status_module_")) lines.emplace_back(std::move(line));
  }
  return lines;
}

}  // namespace

Value report_content(const Shell& shell) {
  Value out = Value::map({{"report_version", 1},
                          {"made_ms", SystemClock().unix_ms()},
                          {"programs", programs()},
                          {"host", host()},
                          {"node", node(shell)},
                          {"configuration", configuration(shell)},
                          {"manifests", manifests(shell)},
                          {"crash_records", crash_records(shell)},
                          {"metrics", metrics(shell)}});
  add_logs(shell, out);
  return out;
}

}  // namespace status::cli
