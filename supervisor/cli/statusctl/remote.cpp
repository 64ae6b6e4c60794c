// statusctl remote show | identity: the door of a node for other machines, and the key that a client shows there.
#include "ipc/tls/identity.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"

namespace status::cli {

int run_remote_show(const Shell& shell) {
  Result<Session> session = Session::open(shell.place);
  if (!session) return report(session.error());
  const Result<Value> hello = session->read("supervisor.hello", Value(Value::Map{}));
  if (!hello) return report(hello.error());
  const Value* found = hello->find("remote");
  const Value remote = found == nullptr ? Value(Value::Map{}) : *found;
  if (shell.json) {
    print_json(remote, shell.terminal);
    return kDone;
  }
  const std::string url = remote.string_or("url", "");
  const std::string problem = remote.string_or("problem", "");
  if (!url.empty()) {
    std::printf("%s\nfingerprint %s\n", url.c_str(), remote.string_or("fingerprint", "").c_str());
  } else if (!problem.empty()) {
    std::printf("closed: %s\nafter mending it: statusctl config apply, or statusctl restart gateway\n",
                problem.c_str());
  } else {
    std::puts("closed: set remote.listen in node.toml, then statusctl config apply");
  }
  return kDone;
}

int run_remote_identity(const Shell& shell, const std::string& file) {
  const Result<tls::Identity> identity = tls::load_or_create_identity(file);
  if (!identity) return report(identity.error());
  const std::string fingerprint = tls::to_text(identity->id);
  if (shell.json) {
    print_json(Value::map({{"fingerprint", fingerprint}}), shell.terminal);
  } else {
    std::printf("%s\non the node: statusctl token create NAME --method PATTERN --client %s\n", fingerprint.c_str(),
                fingerprint.c_str());
  }
  return kDone;
}

}  // namespace status::cli
