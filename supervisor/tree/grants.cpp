#include "supervisor/tree/grants.h"

#include <algorithm>

#include "ipc/base/words.h"
#include "supervisor/tree/table_reader.h"

namespace status::supervisor {
namespace {

bool covers(std::string_view pattern, std::string_view what) {
  if (!pattern.ends_with('*')) return pattern == what;
  return what.starts_with(pattern.substr(0, pattern.size() - 1));
}

void add_once(std::vector<std::string>& list, const std::string& pattern) {
  if (std::find(list.begin(), list.end(), pattern) == list.end()) list.push_back(pattern);
}

}  // namespace

std::string common_pattern(const std::string& a, const std::string& b) {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : std::string();
}

Result<Grants> Grants::parse(const Value& document, const std::string& file) {
  Grants out;
  TableReader modules(document, file);
  for (const auto& [module, table] : document.as_map() == nullptr ? Value::Map() : *document.as_map()) {
    (void)modules.table_if(module);
    if (table.as_map() == nullptr) continue;
    TableReader targets(table, file, module);
    for (const auto& [target, methods] : *table.as_map()) {
      out.by_module_[module][target] = targets.texts_if(target).value_or(std::vector<std::string>());
    }
    modules.adopt(targets.finish());
  }
  if (auto done = modules.finish(); !done) return fail(done.error());
  return out;
}

std::string Grants::to_toml() const {
  std::string text = "# What modules of modules.d/ may call. Written by statusctl grant and statusctl revoke.\n";
  for (const auto& [module, targets] : by_module_) {
    text += "\n[" + module + "]\n";
    for (const auto& [target, methods] : targets) {
      text += target + " = [";
      for (const std::string& method : methods) text += (&method == &methods.front() ? "\"" : ", \"") + method + "\"";
      text += "]\n";
    }
  }
  return text;
}

void Grants::grant(const std::string& module, const std::string& target, const std::vector<std::string>& methods) {
  std::vector<std::string>& granted = by_module_[module][target];
  for (const std::string& method : methods) add_once(granted, method);
  if (methods.empty()) granted = {"*"};
}

bool Grants::revoke(const std::string& module, const std::string& target) {
  const auto found = by_module_.find(module);
  if (found == by_module_.end() || found->second.erase(target) == 0) return false;
  if (found->second.empty()) by_module_.erase(found);
  return true;
}

std::vector<Requirement> Grants::narrow(const std::string& module, const std::vector<Requirement>& wishes) const {
  std::vector<Requirement> out;
  const auto targets = by_module_.find(module);
  if (targets == by_module_.end()) return out;
  for (const Requirement& wish : wishes) {
    const auto granted = targets->second.find(wish.module);
    if (granted == targets->second.end()) continue;
    Requirement narrowed = wish;
    narrowed.methods.clear();
    for (const std::string& wanted : wish.methods) {
      for (const std::string& allowed : granted->second) {
        const std::string common = common_pattern(wanted, allowed);
        if (!common.empty()) add_once(narrowed.methods, common);
      }
    }
    if (!narrowed.methods.empty()) out.push_back(std::move(narrowed));
  }
  return out;
}

}  // namespace status::supervisor
