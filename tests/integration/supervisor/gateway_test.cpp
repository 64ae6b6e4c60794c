// What the gateway is told and what it may ask, with a fake one in an installation of its own.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "ipc/base/codec.h"
#include "ipc/control/control_line.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;
using namespace ipc::control;

class Gateway : public testing::Test {
 protected:
  // statusd finds built-in modules beside itself, so it gets a place of its own where the gateway is a fake.
  void install(const std::string& settings) {
    fs::create_directories(place_ / "bin");
    fs::copy_file(binary("statusd"), place_ / "bin/statusd");
    write_file(place_ / "share/status/modules/gateway/module.toml",
               fake_manifest("gateway", {.settings = "record = \"" + record() + "\"\n" + settings}));
    node_.use_statusd(place_ / "bin/statusd");
  }
  std::string record() const { return place_ / "record"; }

  std::vector<ToModule> received() const {
    std::vector<ToModule> out;
    std::ifstream file(record());
    for (std::string line; std::getline(file, line);) {
      auto message = decode_to_module(line);
      if (message) out.push_back(std::move(*message));
    }
    return out;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const ToModule& message : received()) {
      if (const T* one = std::get_if<T>(&message)) out.push_back(*one);
    }
    return out;
  }
  std::vector<std::string> transitions(const std::string& module) const {
    std::vector<std::string> out;
    for (const SupervisorEvent& event : all<SupervisorEvent>()) {
      if (event.data.string_or("module", "") != module) continue;
      out.push_back(event.data.string_or("from", "") + "→" + event.data.string_or("to", "") + " " +
                    std::to_string(event.generation));
    }
    return out;
  }

  TempDir place_;
  TestNode node_{{.settings = {"restart.backoff_ms=0", "restart.budget=0"}, .arguments = {}}};
};

TEST_F(Gateway, IsToldEverythingInOrder) {
  install("");
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(node_.wait_for("gateway: stopped → starting"));
  ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  const auto messages = received();
  ASSERT_GE(messages.size(), 2u);
  const auto& boot = std::get<Bootstrap>(messages[0]);
  EXPECT_EQ(boot.config.string_or("metrics_listen", ""), "127.0.0.1:9464");
  EXPECT_EQ(boot.config.string_or("token_file", ""), node_.path("run/token"));
  EXPECT_EQ(boot.config.string_or("socket_url", ""), "ipc://" + node_.path("run/supervisor.sock"));
  EXPECT_EQ(boot.config.string_or("version", "").empty(), false);
  EXPECT_EQ(boot.config.string_or("boot_id", "").size(), 32u);
  const auto& modules = std::get<Modules>(messages[1]);
  EXPECT_EQ(modules.boot_id, boot.config.string_or("boot_id", ""));
  ASSERT_EQ(modules.modules.size(), 2u);
  EXPECT_EQ(modules.modules[0].name, "gateway");
  EXPECT_EQ(modules.modules[1].credential, boot.edges.to.at("a").credential);
  EXPECT_EQ(transitions("a"), (std::vector<std::string>{"stopped→starting 1", "starting→ready 1"}));
  const auto rows = all<ModuleChanged>();
  const auto ready = std::find_if(rows.begin(), rows.end(),
                                  [](const auto& row) { return row.row.name == "a" && row.row.state == "ready"; });
  ASSERT_NE(ready, rows.end());
  EXPECT_GT(ready->row.pid, 0);
  EXPECT_GE(ready->row.ready_ms, ready->row.started_ms);
  EXPECT_EQ(ready->row.owner, "test");
}

TEST_F(Gateway, HasTheEventRing) {
  install("");
  node_.start();
  ASSERT_TRUE(node_.wait_for("gateway: starting → ready"));
  const auto report = parse_json(read_file(node_.path("profiles/default/gateway/report.json")));
  const Value::Array& descriptors = *report->find("descriptors")->as_array();
  ASSERT_EQ(descriptors.size(), 7u);
  EXPECT_EQ(descriptors[6].string_or("target", ""), "/memfd:status-events (deleted)");
}

TEST_F(Gateway, CommandsAreObeyedAndAnswered) {
  install("commands = [\"stop a\", \"start a\", \"stop gateway\", \"stop nobody\", \"sing a\", \"restart b\"]");
  node_.add_fake_module("a");
  node_.add_fake_module("b");
  node_.start();
  ASSERT_TRUE(node_.wait_for("b: draining → stopped"));
  ASSERT_TRUE(node_.wait_for("b: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  const auto results = all<CommandResult>();
  ASSERT_EQ(results.size(), 6u);
  for (const std::size_t i : {0u, 1u, 5u}) EXPECT_FALSE(results[i].error.has_value()) << i;
  EXPECT_EQ(results[2].error->code, Code::failed_precondition);
  EXPECT_EQ(results[3].error->reason, "supervisor.unknown_module");
  EXPECT_EQ(results[4].error->reason, "supervisor.unknown_operation");
  EXPECT_EQ(read_file(node_.path("state/stopped.json")), "[]\n");
}

TEST_F(Gateway, AStopIsRememberedAcrossStatusd) {
  install("commands = [\"stop a\"]");
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(node_.wait_for("a: draining → stopped"));
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_EQ(read_file(node_.path("state/stopped.json")), "[\"a\"]\n");
  fs::remove(record());
  node_.start();
  ASSERT_TRUE(node_.wait_for("gateway: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_EQ(transitions("a"), std::vector<std::string>{});
}

TEST_F(Gateway, EventsWhileItIsDownReachTheNextOneWithoutAGap) {
  install("");
  node_.add_fake_module("a");
  node_.start();
  ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  const pid_t module = node_.pid_of("a");
  for (int round = 0; round < 5; ++round) {
    ::kill(node_.pid_of("gateway"), SIGKILL);
    ASSERT_TRUE(node_.wait_for("gateway: starting → ready"));
  }
  EXPECT_EQ(node_.pid_of("a"), module) << "the death of the gateway is nobody else's business";
  EXPECT_EQ(node_.stop(), 0);
  std::set<std::uint64_t> seen;
  for (const SupervisorEvent& event : all<SupervisorEvent>()) seen.insert(event.seq);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(*seen.begin(), 1u);
  EXPECT_EQ(*seen.rbegin(), seen.size()) << "no number is missing";
}

TEST_F(Gateway, OnlyTheGatewayGivesCommands) {
  install("");
  node_.add_fake_module("b");
  node_.add_fake_module("c", {.requires_ = {"b"}, .settings = "commands = [\"stop b\"]"});
  node_.start();
  ASSERT_TRUE(node_.wait_for("c: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_THAT(read_file(node_.path("logs/statusd.log")),
              testing::HasSubstr("is not the gateway and gave a command: ignored"));
  EXPECT_EQ(read_file(node_.path("state/stopped.json")), "");
}

}  // namespace
}  // namespace status::test
