#include "supervisor/plan/blueprint_changes.h"

#include <algorithm>
#include <array>
#include <set>

namespace status::supervisor {
namespace {

using Kind = ModuleChange::Kind;

const ModulePlan* find(const Blueprint& blueprint, const std::string& name) {
  const auto same = [&](const ModulePlan& plan) { return plan.manifest.name == name; };
  const auto found = std::find_if(blueprint.modules.begin(), blueprint.modules.end(), same);
  return found == blueprint.modules.end() ? nullptr : &*found;
}

// The dotted keys whose values differ.
void compare(const Value& a, const Value& b, const std::string& prefix, std::vector<std::string>& out) {
  if (a == b) return;
  if (a.as_map() == nullptr || b.as_map() == nullptr) {
    out.push_back(prefix);
    return;
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : *a.as_map()) keys.insert(key);
  for (const auto& [key, value] : *b.as_map()) keys.insert(key);
  const Value none;
  for (const std::string& key : keys) {
    const Value* left = a.find(key);
    const Value* right = b.find(key);
    compare(left == nullptr ? none : *left, right == nullptr ? none : *right, prefix + "." + key, out);
  }
}

// Collects keys and remembers the strongest consequence.
class Comparison {
 public:
  template <class T>
  void note(Kind kind, const T& a, const T& b, std::string_view key) {
    if (a == b) return;
    keys_.emplace_back(key);
    raise(kind);
  }
  void settings(const Value& a, const Value& b) {
    const std::size_t before = keys_.size();
    compare(a, b, "settings", keys_);
    if (keys_.size() != before) raise(Kind::restarted);
  }
  bool any() const { return !keys_.empty(); }
  ModuleChange change(const std::string& module) && { return {kind_, module, std::move(keys_)}; }

 private:
  void raise(Kind kind) {
    if (kind == Kind::restarted) kind_ = kind;
  }
  Kind kind_ = Kind::adjusted;
  std::vector<std::string> keys_;
};

void compare_manifests(const ModulePlan& a, const ModulePlan& b, Comparison& out) {
  const Manifest& was = a.manifest;
  const Manifest& is = b.manifest;
  out.note(Kind::restarted, a.executable, b.executable, "executable");
  out.note(Kind::restarted, a.backend, b.backend, "backend");
  out.note(Kind::restarted, a.edges, b.edges, "requires");
  out.note(Kind::restarted, was.interface, is.interface, "interface");
  out.note(Kind::restarted, was.sandbox, is.sandbox, "sandbox");
  out.note(Kind::restarted, was.reexport, is.reexport, "metrics.reexport");
  out.note(Kind::restarted, was.data_bytes, is.data_bytes, "limits.data_bytes");
  out.note(Kind::restarted, was.descriptors, is.descriptors, "limits.descriptors");
  out.note(Kind::restarted, was.stack_bytes, is.stack_bytes, "limits.stack_bytes");
  out.note(Kind::adjusted, was.memory_bytes, is.memory_bytes, "limits.memory_bytes");
  out.note(Kind::adjusted, was.requires_, is.requires_, "requires (wished for)");
  out.note(Kind::adjusted, was.start_timeout, is.start_timeout, "timeouts.start_ms");
  out.note(Kind::adjusted, was.stop_timeout, is.stop_timeout, "timeouts.stop_ms");
  out.note(Kind::adjusted, was.team, is.team, "owner.team");
  out.note(Kind::adjusted, was.contact, is.contact, "owner.contact");
}

void compare_node(const Configuration& was, const Configuration& is, Comparison& out) {
  out.note(Kind::adjusted, was.log_level, is.log_level, "logs.level");
  out.note(Kind::adjusted, was.log_max_bytes, is.log_max_bytes, "logs.max_bytes");
  out.note(Kind::adjusted, was.log_files, is.log_files, "logs.files");
  out.note(Kind::adjusted, was.log_total_bytes, is.log_total_bytes, "logs.total_bytes");
  out.note(Kind::adjusted, was.log_lines_per_s, is.log_lines_per_s, "logs.max_lines_per_s");
  out.note(Kind::adjusted, was.log_burst_lines, is.log_burst_lines, "logs.burst_lines");
  out.note(Kind::adjusted, was.ping_interval, is.ping_interval, "hang.ping_ms");
  out.note(Kind::adjusted, was.hang_limit, is.hang_limit, "hang.limit_ms");
  out.note(Kind::adjusted, was.supervisor_hang_limit, is.supervisor_hang_limit, "hang.supervisor_ms");
  out.note(Kind::adjusted, was.stop_within, is.stop_within, "stop.within_ms");
}

}  // namespace

std::string_view to_word(Kind kind) {
  constexpr std::array<std::string_view, 4> kWords = {"added", "removed", "restarted", "adjusted"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::vector<ModuleChange> changes_between(const Blueprint& running, const Blueprint& wanted) {
  std::vector<ModuleChange> out;
  for (const ModulePlan& plan : wanted.modules) {
    const ModulePlan* before = find(running, plan.manifest.name);
    if (before == nullptr) {
      out.push_back({Kind::added, plan.manifest.name, {}});
      continue;
    }
    Comparison comparison;
    compare_manifests(*before, plan, comparison);
    comparison.settings(before->settings, plan.settings);
    comparison.note(Kind::adjusted, running.configuration.restart_of(before->manifest),
                    wanted.configuration.restart_of(plan.manifest), "restart");
    if (plan.manifest.name == kGateway) {
      comparison.note(Kind::restarted, running.configuration.metrics_listen, wanted.configuration.metrics_listen,
                      "metrics.listen");
      comparison.note(Kind::restarted, running.configuration.metrics_allowed_hosts,
                      wanted.configuration.metrics_allowed_hosts, "metrics.allowed_hosts");
      comparison.note(Kind::restarted, running.configuration.metrics_tls, wanted.configuration.metrics_tls,
                      "metrics.tls");
      comparison.note(Kind::restarted, running.configuration.metrics_require_token,
                      wanted.configuration.metrics_require_token, "metrics.require_token");
      comparison.note(Kind::restarted, running.configuration.remote_listen, wanted.configuration.remote_listen,
                      "remote.listen");
    }
    if (comparison.any()) out.push_back(std::move(comparison).change(plan.manifest.name));
  }
  for (const ModulePlan& plan : running.modules) {
    if (find(wanted, plan.manifest.name) == nullptr) out.push_back({Kind::removed, plan.manifest.name, {}});
  }
  Comparison node;
  compare_node(running.configuration, wanted.configuration, node);
  if (node.any()) out.push_back(std::move(node).change("statusd"));
  return out;
}

Value to_value(const std::vector<ModuleChange>& changes) {
  Value::Array list;
  for (const ModuleChange& change : changes) {
    Value::Array keys;
    for (const std::string& key : change.keys) keys.emplace_back(key);
    list.push_back(
        Value::map({{"module", change.module}, {"change", to_word(change.kind)}, {"keys", std::move(keys)}}));
  }
  return Value::map({{"changes", std::move(list)}});
}

}  // namespace status::supervisor
