// What a module is born with: the descriptors, the environment and the limits that it was promised, and nothing else.
#include <gtest/gtest.h>

#include <cstdlib>

#include "ipc/base/codec.h"
#include "ipc/control/control_line.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

class Birth : public testing::Test {
 protected:
  // What the module `a` found.
  Value report_of(TestNode& node, const std::string& module = "a") {
    node.start();
    EXPECT_TRUE(node.wait_for(module + ": starting → ready")) << node.statusd().output();
    const auto report = parse_json(read_file(node.path("profiles/default/" + module + "/report.json")));
    EXPECT_TRUE(report.has_value());
    return report.value_or(Value());
  }
};

TEST_F(Birth, OnlyThePromisedDescriptorsAreOpen) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  const Value report = report_of(node);
  std::vector<std::string> found;
  for (const Value& each : *report.find("descriptors")->as_array()) {
    std::string target = each.string_or("target", "");
    if (target.starts_with("pipe:") || target.starts_with("socket:")) target = target.substr(0, target.find(':'));
    found.push_back(std::to_string(each.int_or("fd", -1)) + " " + target);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"0 /dev/null", "1 pipe", "2 pipe", "3 socket",
                                             "4 /memfd:status-crash (deleted)", "5 /memfd:status-recorder (deleted)"}));
}

TEST_F(Birth, TheEnvironmentIsAnAllowList) {
  ::setenv("STATUS_TEST_SECRET", "do not pass on", 1);
  ::setenv("LD_PRELOAD_NOT_REALLY", "x", 1);
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  const Value report = report_of(node);
  ::unsetenv("STATUS_TEST_SECRET");
  ::unsetenv("LD_PRELOAD_NOT_REALLY");
  for (const Value& each : *report.find("environment")->as_array()) {
    const std::string name = each.as_string()->substr(0, each.as_string()->find('='));
    EXPECT_THAT(name, testing::AnyOf("PATH", "LANG", "LC_ALL", "TZ", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS",
                                     "TSAN_OPTIONS"));
  }
}

TEST_F(Birth, ItsOwnSessionNoSignalsBlockedNoPrivilegesNoCore) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.tables = "[limits]\ndescriptors = 99\n"});
  const Value report = report_of(node);
  EXPECT_EQ(report.int_or("session", 0), report.int_or("pid", -1));
  EXPECT_EQ(report.int_or("group", 0), report.int_or("pid", -1));
  EXPECT_EQ(report.string_or("signals", ""), "0000000000000000 0000000000000000 ");
  EXPECT_EQ(report.int_or("no_new_privs", 0), 1);
  EXPECT_EQ(report.int_or("core_limit", -1), 0);
  EXPECT_EQ(report.int_or("file_limit", -1), 99);
  EXPECT_EQ(report.int_or("umask", 0), 0077);
  EXPECT_EQ(report.string_or("directory", ""), node.path("profiles/default/a"));
}

TEST_F(Birth, TheBootstrapSaysWhereWhatAndWhoMayCall) {
  TestNode node(TestNode::bare({"b.mesh.listen=127.0.0.1:7000", "b.backend=other"}));
  node.add_fake_module("a");
  node.add_fake_module("b", {.requires_ = {"a"}, .manifest = "backend = \"mesh\"", .settings = "kept = 1"});
  write_file(node.path("grants.toml"), "[b]\na = [\"*\"]\n");
  const Value report = report_of(node, "b");
  const auto message = ipc::control::decode_to_module(report.string_or("line", ""));
  ASSERT_TRUE(message.has_value());
  const auto& boot = std::get<ipc::control::Bootstrap>(*message);
  EXPECT_EQ(boot.module, "b");
  EXPECT_EQ(boot.generation, 1u);
  EXPECT_EQ(boot.run_dir, node.path("run/b"));
  EXPECT_EQ(boot.data_dir, node.path("profiles/default/b"));
  EXPECT_EQ(boot.backend, "other");
  EXPECT_EQ(boot.config.int_or("kept", 0), 1);
  EXPECT_EQ(boot.config.find("mesh")->string_or("listen", ""), "127.0.0.1:7000");
  EXPECT_EQ(boot.edges.to.at("a").url, "ipc://" + node.path("run/a/rpc.sock"));
  EXPECT_EQ(boot.edges.to.at("a").credential.size(), 16u);
  EXPECT_EQ(boot.edges.from.at("gateway").sha256.size(), 32u);
  EXPECT_EQ(boot.edges.from.size(), 1u);
}

}  // namespace
}  // namespace status::test
