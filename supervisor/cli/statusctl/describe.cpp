// statusctl describe [module[.method]]: what can be called, from the running modules themselves.
#include "ipc/api/json_mapping.h"
#include "ipc/base/codec.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {
namespace {

void print_methods(const Value& document) {
  Table table({"METHOD", "EFFECT", "WHAT IT DOES"});
  const Value* methods = document.find("methods");
  if (methods == nullptr || methods->as_array() == nullptr) return;
  for (const Value& method : *methods->as_array()) {
    table.add({method.string_or("name", ""), method.string_or("x-effect", ""), method.string_or("summary", "")});
  }
  std::fputs(table.text().c_str(), stdout);
}

int describe_all(const Shell& shell, Session& session) {
  const Result<Value> reply = session.call("supervisor.describe", Value(Value::Map{}), 20'000);
  if (!reply) return report(reply.error());
  const Value* modules = reply->find("modules");
  if (shell.json || modules == nullptr || modules->as_array() == nullptr) {
    print_json(*reply, shell.terminal);
    return kDone;
  }
  for (const Value& module : *modules->as_array()) {
    if (const Value* document = module.find("document")) print_methods(*document);
  }
  return kDone;
}

}  // namespace

int run_describe(const Shell& shell, const std::string& subject) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  if (subject.empty()) return describe_all(shell, *session);
  const std::size_t dot = subject.find('.');
  const Result<Value> document = session->document(subject.substr(0, dot));
  if (!document) return report(document.error());
  if (dot == std::string::npos) {
    shell.json ? print_json(*document, shell.terminal) : print_methods(*document);
    return kDone;
  }
  const Value* method = api::find_method(*document, subject);
  if (method == nullptr) {
    return report(
        make_error(Code::not_found, "ipc.unknown_method",
                   subject + " is not a method; `statusctl describe " + subject.substr(0, dot) + "` lists them"));
  }
  print_json(*method, true);
  return kDone;
}

}  // namespace status::cli
