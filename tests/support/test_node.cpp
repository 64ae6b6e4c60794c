#include "tests/support/test_node.h"

#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace status::test {

std::string binary(const std::string& name) { return std::string(STATUS_BIN_DIR) + "/" + name; }

NodeOptions TestNode::bare(std::vector<std::string> settings) {
  settings.insert(settings.begin(), {"modules=[]", "gateway.enabled=false"});
  return {.settings = std::move(settings), .arguments = {}};
}

std::string fake_manifest(const std::string& name, const FakeModule& fake) {
  std::string text = "name = \"" + name + "\"\nexecutable = \"" + binary(fake.program) + "\"\ninterface = \"1.0\"\n";
  if (!fake.requires_.empty()) {
    text += "requires = [";
    for (const std::string& required : fake.requires_) text += "\"" + required + "\", ";
    text += "]\n";
  }
  text += fake.manifest + "\n[owner]\nteam = \"test\"\ncontact = \"test\"\n" + fake.tables + "\n[settings]\n" +
          fake.settings + "\n";
  return text;
}

void TestNode::add_fake_module(const std::string& name, const FakeModule& fake) {
  write_file(path("modules.d/" + name + "/module.toml"), fake_manifest(name, fake));
  ::chmod(data_dir().c_str(), 0700);
}

void TestNode::start() {
  std::vector<std::string> arguments = {executable_, "--foreground", "--data-dir", data_dir()};
  for (const std::string& setting : options_.settings) arguments.insert(arguments.end(), {"--set", setting});
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  statusd_.emplace(arguments, options_.environment);
}

std::optional<std::string> TestNode::wait_for(const std::string& part, milliseconds timeout) {
  return statusd_->wait_for_line(part, timeout);
}

pid_t TestNode::pid_of(const std::string& module) {
  const std::string& output = statusd_->read_all();
  const auto line = output.rfind("\n" + module + ": ");
  const auto from = line == std::string::npos ? (output.starts_with(module + ": ") ? 0 : std::string::npos) : line;
  const auto pid = from == std::string::npos ? from : output.find(", pid ", from);
  const auto end = output.find('\n', from == std::string::npos ? 0 : from + 1);
  if (pid == std::string::npos || pid > end) return 0;
  return static_cast<pid_t>(std::strtol(output.c_str() + pid + 6, nullptr, 10));
}

std::optional<int> TestNode::stop() {
  statusd_->signal(SIGTERM);
  return statusd_->wait(kPatience);
}

}  // namespace status::test
