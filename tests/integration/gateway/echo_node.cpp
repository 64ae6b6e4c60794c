#include "tests/integration/gateway/echo_node.h"

#include <sys/stat.h>

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

}  // namespace status::test
