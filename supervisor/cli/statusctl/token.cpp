// statusctl token create | list | revoke: credentials for front ends that are not the local user's own.
#include <chrono>

#include "ipc/base/clock.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/time_text.h"

namespace status::cli {
namespace {

std::string joined(const Value* list) {
  std::string out;
  for (const Value& each : list == nullptr || list->as_array() == nullptr ? Value::Array() : *list->as_array()) {
    if (each.as_string() != nullptr) out += (out.empty() ? "" : ", ") + *each.as_string();
  }
  return out;
}

}  // namespace

int run_token_create(const Shell& shell, const TokenWish& wish) {
  std::int64_t expires_ms = 0;
  if (!wish.lifetime.empty()) {
    const auto lifetime = parse_span(wish.lifetime);
    if (!lifetime) {
      std::fprintf(stderr, "statusctl: --expires %s: it must be a number and d, h, m or s, such as 30d\n",
                   wish.lifetime.c_str());
      return kUsage;
    }
    expires_ms = SystemClock().unix_ms() + lifetime->count();
  }
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  Value::Array methods;
  for (const std::string& method : wish.methods) methods.emplace_back(method);
  const Result<Value> made = session->call("supervisor.create_token", Value::map({{"name", wish.name},
                                                                                  {"methods", std::move(methods)},
                                                                                  {"rate_per_second", wish.rate},
                                                                                  {"expires_ms", expires_ms},
                                                                                  {"client", wish.client}}));
  if (!made) return report(made.error());
  if (shell.json) {
    print_json(*made, shell.terminal);
  } else {
    std::printf("%s\nIt is shown this once. The front end sends it as the credential of each request.\n",
                made->string_or("token", "").c_str());
  }
  return kDone;
}

int run_token_list(const Shell& shell) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> reply = session->call("supervisor.tokens", Value(Value::Map{}));
  if (!reply) return report(reply.error());
  const Value* tokens = reply->find("tokens");
  if (shell.json || tokens == nullptr || tokens->as_array() == nullptr) {
    print_json(*reply, shell.terminal);
    return kDone;
  }
  Table table({"NAME", "MAY CALL", "PER SECOND", "EXPIRES", "FROM"});
  for (const Value& token : *tokens->as_array()) {
    const std::uint64_t rate = token.uint_or("rate_per_second", 0);
    const std::int64_t expires_ms = token.int_or("expires_ms", 0);
    table.add({token.string_or("name", ""), joined(token.find("methods")), rate == 0 ? "-" : std::to_string(rate),
               expires_ms == 0 ? "never" : date_text(expires_ms), token.string_or("client", "")});
  }
  std::fputs(table.text().c_str(), stdout);
  return kDone;
}

int run_token_revoke(const Shell& shell, const std::string& name) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> done = session->call("supervisor.revoke_token", Value::map({{"name", name}}));
  return done ? kDone : report(done.error());
}

}  // namespace status::cli
