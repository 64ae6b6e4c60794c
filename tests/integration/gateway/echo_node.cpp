#include "tests/integration/gateway/echo_node.h"

#include <sys/stat.h>

#include "ipc/base/codec.h"

namespace status::test {
namespace {

std::vector<std::string> complete(std::vector<std::string> settings) {
  settings.insert(settings.begin(), "modules=[]");
  return without_backoff(std::move(settings));
}

}  // namespace

EchoNode::EchoNode(std::vector<std::string> settings) : node_({.settings = complete(std::move(settings))}) {
  for (const std::string name : {"echo_a", "echo_b"}) {
    write_file(node_.data_dir() + "/modules.d/" + name + "/module.toml",
               "name = \"" + name + "\"\nexecutable = \"" + binary("echo_module") +
                   "\"\ninterface = \"1.0\"\n[owner]\nteam = \"test\"\ncontact = \"test\"\n");
  }
  ::chmod(node_.data_dir().c_str(), 0700);
}

std::future<Result<ipc::Response>> EchoNode::begin(const std::string& method, std::uint32_t deadline_ms,
                                                   const Value& params) {
  const auto answer = std::make_shared<std::promise<Result<ipc::Response>>>();
  ipc::Request request;
  request.method = method;
  request.deadline_ms = deadline_ms;
  request.params = encode_msgpack(params);
  node_.front().client().call(request,
                              [answer](Result<ipc::Response> response) { answer->set_value(std::move(response)); });
  return answer->get_future();
}

std::vector<std::future<Result<ipc::Response>>> EchoNode::hang_in(const std::string& method) {
  std::vector<std::future<Result<ipc::Response>>> calls;
  // More than it has workers; those that wait behind keep the queue filled.
  for (int i = 0; i < 16; ++i) calls.push_back(begin("echo_a." + method, 50));
  for (int i = 0; i < 16; ++i) calls.push_back(begin("echo_a." + method, 30'000));
  return calls;
}

std::optional<int> EchoNode::statusctl(const std::vector<std::string>& words, std::string* output) {
  std::vector<std::string> arguments = {binary("statusctl"), "--data-dir", node_.data_dir()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  ChildProcess process(arguments, {"PATH=/usr/bin:/bin"});
  const auto code = process.wait(kPatience);
  if (output != nullptr) *output = process.read_all();
  return code;
}

Value EchoNode::explain_death(std::uint64_t generation) {
  if (!wait_for_file(node_.data_dir() + "/crash/echo_a/" + std::to_string(generation) + ".json", kPatience)) return {};
  std::string output;
  if (statusctl({"why", "echo_a", "--json"}, &output) != 0) return {};
  const Value document = parse_json(output).value_or(Value());
  const Value* crash = document.find("last_crash");
  return crash != nullptr ? *crash : Value();
}

std::string functions_of(const Value& thread) {
  std::string out;
  for (const Value& frame : *thread.find("frames")->as_array()) {
    const Value* functions = frame.find("functions");
    if (functions == nullptr) continue;
    for (const Value& function : *functions->as_array()) out += function.string_or("name", "") + "\n";
  }
  return out;
}

}  // namespace status::test
