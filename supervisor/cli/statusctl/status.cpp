// statusctl status: every module, what it is doing, and what an operator should look at.
#include <algorithm>
#include <map>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

constexpr std::string_view kKeys[] = {"name",    "state",           "locked",          "generation",
                                      "pid",     "uptime_seconds",  "restarts",        "rss_bytes",
                                      "owner",   "backend",         "interface",       "last_exit",
                                      "why",     "next_attempt_ms", "anonymous_bytes", "memory_limit_bytes",
                                      "sandbox", "sandbox_level",   "unprotected",     "ungranted"};

Value status_document(const Value& reply) {
  Value::Array modules;
  const Value* list = reply.find("modules");
  for (const Value& module : *list->as_array()) {
    Value row = Value(Value::Map{});
    for (const std::string_view key : kKeys) {
      const Value* value = module.find(key);
      row.set(key, value == nullptr ? Value() : *value);
    }
    modules.push_back(std::move(row));
  }
  return Value::map({{"modules", std::move(modules)}});
}

// What a machine lacks concerns every module alike: one line for each gap.
std::string protection_notes(const Value::Array& modules) {
  std::map<std::string, std::string> names_by_gap;
  for (const Value& row : modules) {
    const Value* gaps = row.find("unprotected");
    if (gaps == nullptr || gaps->as_array() == nullptr) continue;
    for (const Value& gap : *gaps->as_array()) {
      std::string& names = names_by_gap[gap.as_string() == nullptr ? "" : *gap.as_string()];
      names += (names.empty() ? "" : ", ") + row.string_or("name", "");
    }
  }
  std::string notes;
  for (const auto& [gap, names] : names_by_gap) notes += "not protected (" + names + "): " + gap + "\n";
  return notes;
}

// What other machines can do; nothing where the operator wants nothing of it.
std::string remote_note(const Value* remote) {
  if (remote == nullptr) return {};
  const std::string url = remote->string_or("url", "");
  const std::string problem = remote->string_or("problem", "");
  if (!url.empty()) return "other machines: " + url + ", fingerprint " + remote->string_or("fingerprint", "") + "\n";
  return problem.empty() ? "" : "other machines cannot connect: " + problem + "\n";
}

void print_table(const Value& document) {
  Table table({"MODULE", "STATE", "PID", "UP", "RESTARTS", "MEMORY", "OWNER", "BACKEND"});
  std::string notes;
  for (const Value& row : *document.find("modules")->as_array()) {
    const std::string name = row.string_or("name", "");
    const std::int64_t pid = row.int_or("pid", 0);
    table.add({name, row.string_or("state", "") + (row.bool_or("locked", false) ? " (locked)" : ""),
               pid == 0 ? "-" : std::to_string(pid),
               pid == 0 ? "-" : duration_text(row.uint_or("uptime_seconds", 0) * 1'000),
               std::to_string(row.uint_or("restarts", 0)), size_text(row.uint_or("rss_bytes", 0)),
               row.string_or("owner", ""), row.string_or("backend", "-")});
    const std::string why = row.string_or("why", "");
    const Value* ungranted = row.find("ungranted");
    for (const Value& each :
         ungranted == nullptr || ungranted->as_array() == nullptr ? Value::Array() : *ungranted->as_array()) {
      const std::string target = each.as_string() == nullptr ? "" : *each.as_string();
      notes += name + ": may not call " + target + " (statusctl grant " + name + " " + target + ")\n";
    }
    if (!why.empty() && row.string_or("state", "") != "ready")
      notes += name + ": " + why + " (statusctl why " + name + ")\n";
  }
  notes += protection_notes(*document.find("modules")->as_array()) + remote_note(document.find("remote"));
  std::fputs((table.text() + notes).c_str(), stdout);
}

}  // namespace

int run_status(const Shell& shell) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> reply = session->call("supervisor.modules", Value(Value::Map{}));
  if (!reply) return report(reply.error());
  const Value* modules = reply->find("modules");
  if (modules == nullptr || modules->as_array() == nullptr) {
    return report(make_error(Code::internal, "cli.bad_reply", "supervisor.modules gave no list of modules"));
  }
  Value document = status_document(*reply);
  // One who may see the modules need not be allowed to say hello.
  const Result<Value> hello = session->read("supervisor.hello", Value(Value::Map{}));
  if (const Value* remote = hello ? hello->find("remote") : nullptr; remote != nullptr) document.set("remote", *remote);
  shell.json ? print_json(document, shell.terminal) : print_table(document);
  return 0;
}

}  // namespace status::cli
