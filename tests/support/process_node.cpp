#include "tests/support/process_node.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace status::test {
namespace {

NodeOptions complete(NodeOptions options) {
  options.settings.insert(options.settings.begin(), "metrics.listen=127.0.0.1:0");
  return options;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> out;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) out.push_back(child);
  }
  return out;
}

struct ProcessStat {
  std::string name;
  char state = '?';
};

// Empty name when there is no such process. The name is in parentheses and may hold spaces (proc(5)).
ProcessStat stat_at(const std::filesystem::path& folder) {
  const std::string text = read_file(folder / "stat");
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= text.size()) return {};
  return {text.substr(open + 1, close - open - 1), text[close + 2]};
}

ProcessStat stat_of(pid_t pid) { return stat_at("/proc/" + std::to_string(pid)); }

// A signal is a request: what other threads do until one has taken it is still done.
bool wait_stopped(pid_t pid, milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto all_stopped = [&] {
    std::error_code gone;
    const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task", gone);
    return std::all_of(begin(tasks), end(tasks), [](const auto& task) { return stat_at(task.path()).state == 'T'; });
  };
  while (!all_stopped()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

std::string describe(pid_t pid, const ProcessStat& stat) {
  return std::to_string(pid) + " " + stat.state + " " + stat.name;
}

}  // namespace

std::vector<std::string> without_backoff(std::vector<std::string> settings) {
  settings.insert(settings.end(), {"restart.backoff_ms=0", "restart.budget=0"});
  return settings;
}

ProcessNode::ProcessNode(NodeOptions options) : node_(complete(std::move(options))), data_dir_(node_.data_dir()) {
  // Modules that lose their statusd become ours, so that strays() can see them.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

ProcessNode::~ProcessNode() {
  if (node_.running()) kill_statusd();
}

Status ProcessNode::start() {
  node_.start();
  if (!node_.wait_for("gateway: starting → ready")) {
    return fail(Code::unavailable, "test.no_gateway", "the gateway does not come up:\n" + report());
  }
  return open_door();
}

Status ProcessNode::stop() {
  close_door();
  const auto code = node_.stop();
  if (!code) return fail(Code::deadline_exceeded, "test.late", "statusd does not stop");
  if (*code != 0) return fail(Code::internal, "test.exit", "statusd ended with " + std::to_string(*code));
  return {};
}

ipc::Credential ProcessNode::token() const { return read_token(node_.path("run/token")); }

std::string ProcessNode::report() {
  std::string out = node_.running() ? node_.statusd().read_all() : "";
  std::error_code none;
  for (const auto& log : std::filesystem::directory_iterator(data_dir_ + "/logs", none)) {
    out += "--- " + log.path().filename().string() + "\n" + read_file(log.path());
  }
  return out;
}

Result<Row> ProcessNode::signal(const std::string& module, int number) {
  auto before = row(module);
  if (!before) return before;
  if (before->pid == 0) return fail(Code::failed_precondition, "test.no_process", module + " has no process");
  const auto pid = static_cast<pid_t>(before->pid);
  ProcessHandle(pid).signal(number);
  if (number == SIGSTOP && !wait_stopped(pid, kPatience)) {
    return fail(Code::deadline_exceeded, "test.late", module + " does not stop");
  }
  return before;
}

std::optional<ProcessHandle> ProcessNode::process_of(const std::string& module) {
  for (const pid_t child : children_of(node_.statusd().pid())) {
    if (stat_of(child).name != "status-" + module) continue;
    ProcessHandle process(child);
    if (process.alive()) return process;
  }
  return std::nullopt;
}

Result<Row> ProcessNode::kill(const std::string& module) {
  auto before = row(module);
  if (!before) return before;
  if (before->pid == 0) return fail(Code::failed_precondition, "test.no_process", module + " has no process");
  const ProcessHandle process(static_cast<pid_t>(before->pid));
  process.signal(SIGKILL);
  if (!process.wait_gone(kPatience)) return fail(Code::deadline_exceeded, "test.late", module + " does not die");
  return before;
}

bool ProcessNode::kill_statusd() {
  close_door();
  std::vector<ProcessHandle> modules;
  for (const pid_t child : children_of(node_.statusd().pid())) modules.emplace_back(child);
  node_.statusd().signal(SIGKILL);
  const bool gone = std::all_of(modules.begin(), modules.end(),
                                [](const ProcessHandle& module) { return module.wait_gone(kPatience); });
  const bool ended = node_.statusd().wait(kPatience).has_value();
  for (const ProcessHandle& module : modules) ::waitpid(module.pid(), nullptr, WNOHANG);  // they are ours now
  return ended && gone;
}

std::vector<std::string> ProcessNode::strays() {
  std::vector<std::string> out;
  std::set<std::int64_t> known;
  const bool up = node_.running() && node_.statusd().handle().alive();
  if (up) {
    for (const Row& row : rows().value_or(std::vector<Row>())) known.insert(row.pid);
    for (const pid_t child : children_of(node_.statusd().pid())) {
      const ProcessStat stat = stat_of(child);
      if (!stat.name.empty() && (stat.state == 'Z' || !known.contains(child))) out.push_back(describe(child, stat));
    }
  }
  for (const pid_t child : children_of(::getpid())) {
    const ProcessStat stat = stat_of(child);
    if (stat.name.starts_with("status-")) out.push_back(describe(child, stat));
  }
  return out;
}

}  // namespace status::test
