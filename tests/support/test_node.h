// A real statusd on a temporary data directory. One thread.
//
//   TestNode node({.settings = {"modules=[]", "gateway.enabled=false"}});
//   node.add_fake_module("a", {.settings = "mode = \"ready\""});
//   node.start();
//   ASSERT_TRUE(node.wait_for("a: starting → ready"));
//   kill(node.pid_of("a"), SIGKILL);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"

namespace status::test {

// build/<preset>/bin/NAME
std::string binary(const std::string& name);

struct NodeOptions {
  std::vector<std::string> settings;          // --set
  std::vector<std::string> arguments;         // anything else
  std::vector<std::string> environment = {};  // NAME=value, more than the test has
};

// A module of modules.d/ that runs a program of tests/fixtures.
struct FakeModule {
  std::vector<std::string> requires_;
  std::string manifest;  // more top-level keys of module.toml
  std::string tables;    // more tables
  std::string settings;  // keys of [settings]; the program says which
  std::string program = "fake_module";
};

std::string fake_manifest(const std::string& name, const FakeModule& fake);

class TestNode {
 public:
  explicit TestNode(NodeOptions options = {}) : options_(std::move(options)) {}
  // A node of third-party modules alone: no built-in ones, no gateway.
  static NodeOptions bare(std::vector<std::string> settings = {});

  // Before start(): another statusd than the one of this build.
  void use_statusd(std::string executable) { executable_ = std::move(executable); }
  // Before start(): instead of those that it was made with.
  void use_settings(std::vector<std::string> settings) { options_.settings = std::move(settings); }
  // Before start().
  void add_fake_module(const std::string& name, const FakeModule& fake = {});

  void start();
  bool running() const { return statusd_.has_value(); }
  ChildProcess& statusd() { return *statusd_; }
  // The next transition or message line that contains `part`, as ChildProcess::wait_for_line.
  std::optional<std::string> wait_for(const std::string& part, milliseconds timeout = kPatience);
  // Of the newest incarnation that was announced; 0 when there is none.
  pid_t pid_of(const std::string& module);
  // SIGTERM and the exit code; nothing when it does not come.
  std::optional<int> stop();

  std::string data_dir() const { return dir_ / "n"; }
  std::string path(const std::string& name) const { return data_dir() + "/" + name; }

 private:
  NodeOptions options_;
  std::string executable_ = binary("statusd");
  TempDir dir_;
  std::optional<ChildProcess> statusd_;
};

}  // namespace status::test
