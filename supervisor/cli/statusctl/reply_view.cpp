#include "supervisor/cli/statusctl/reply_view.h"

#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {

int view(const Shell& shell, const std::string& method, const Value& params,
         const std::function<void(const Value& reply)>& print) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> reply = session->read(method, params);
  if (!reply) return report(reply.error());
  shell.json ? print_json(*reply, shell.terminal) : print(*reply);
  return kDone;
}

const Value::Array& list_of(const Value& reply, std::string_view name) {
  static const Value::Array kNone;
  const Value* list = reply.find(name);
  return list == nullptr || list->as_array() == nullptr ? kNone : *list->as_array();
}

}  // namespace status::cli
