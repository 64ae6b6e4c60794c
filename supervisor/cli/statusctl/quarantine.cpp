// statusctl quarantine list [MODULE] | retry MODULE ID | drop MODULE ID.
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

Result<std::vector<std::string>> all_modules(Session& session) {
  const Result<Value> reply = session.read("supervisor.modules", Value(Value::Map{}));
  if (!reply) return fail(reply.error());
  const Value* modules = reply->find("modules");
  std::vector<std::string> names;
  for (const Value& row :
       modules == nullptr || modules->as_array() == nullptr ? Value::Array() : *modules->as_array()) {
    // The gateway is in the list and answers as `supervisor`: it reads no durable stream.
    if (const std::string name = row.string_or("name", ""); name != "gateway") names.push_back(name);
  }
  return names;
}

// Adds the items of a module, each with its name.
Status add_items(Session& session, const std::string& module, Value::Array& out) {
  const Result<Value> reply = session.read(module + ".quarantine_list", Value(Value::Map{}));
  if (!reply) return fail(reply.error());
  const Value* items = reply->find("items");
  for (const Value& item : items == nullptr || items->as_array() == nullptr ? Value::Array() : *items->as_array()) {
    out.push_back(Value::map({{"module", module},
                              {"id", item.uint_or("id", 0)},
                              {"stream", item.string_or("stream", "")},
                              {"seq", item.uint_or("seq", 0)},
                              {"time_ms", item.int_or("time_ms", 0)},
                              {"deaths", item.uint_or("deaths", 0)},
                              {"size", item.uint_or("size", 0)}}));
  }
  return {};
}

std::string table_of(const Value::Array& items) {
  if (items.empty()) return "Nothing is in quarantine.\n";
  Table table({"MODULE", "ID", "STREAM", "SEQ", "SINCE", "DEATHS", "SIZE"});
  for (const Value& item : items) {
    table.add({item.string_or("module", ""), std::to_string(item.uint_or("id", 0)), item.string_or("stream", ""),
               std::to_string(item.uint_or("seq", 0)), date_text(item.int_or("time_ms", 0)),
               std::to_string(item.uint_or("deaths", 0)), size_text(item.uint_or("size", 0))});
  }
  return table.text();
}

}  // namespace

int run_quarantine_list(const Shell& shell, const std::string& module) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  using Names = std::vector<std::string>;
  const Result<Names> modules = module.empty() ? all_modules(*session) : Result<Names>(Names{module});
  if (!modules) return report(modules.error());
  Value::Array items;
  int code = kDone;
  for (const std::string& name : *modules) {
    const Status added = add_items(*session, name, items);
    // Most modules read no durable stream. One that is away just now is no reason to keep the others' back.
    if (added || (module.empty() && added.error().reason == "ipc.unknown_method")) continue;
    code = report(added.error());
  }
  if (shell.json) {
    print_json(Value::map({{"items", std::move(items)}}), shell.terminal);
  } else {
    std::fputs(table_of(items).c_str(), stdout);
  }
  return code;
}

int run_quarantine(const Shell& shell, const std::string& action, const std::string& module, std::uint64_t id) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> done = session->call(module + ".quarantine_" + action, Value::map({{"id", id}}));
  return done ? kDone : report(done.error());
}

}  // namespace status::cli
