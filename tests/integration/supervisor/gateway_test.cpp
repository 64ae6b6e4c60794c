// What the gateway is told and what it may ask, with a fake one in an installation of its own.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

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
               fake_manifest("gateway", {.manifest = "sandbox = \"none\"",
                                         .settings = "record = \"" + record() + "\"\n" + settings}));
    node_.use_statusd(place_ / "bin/statusd");
  }
  std::string record() const { return place_ / "record"; }

  // After a kill: waits for the one that comes next. The one before may have become ready only now.
  bool next_gateway() {
    return node_.wait_for("gateway: backoff → starting") && node_.wait_for("gateway: starting → ready");
  }

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
  EXPECT_EQ(boot.config.string_or("socket_url", ""), "ipc://" + node_.path("run/gateway/rpc.sock"));
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

TEST_F(Gateway, HasTheEventRingAndTheLineOfTheRecorders) {
  install("");
  node_.start();
  ASSERT_TRUE(node_.wait_for("gateway: starting → ready"));
  const auto report = parse_json(read_file(node_.path("profiles/default/gateway/report.json")));
  const Value::Array& descriptors = *report->find("descriptors")->as_array();
  ASSERT_EQ(descriptors.size(), 8u);
  EXPECT_EQ(descriptors[6].string_or("target", ""), "/memfd:status-events (deleted)");
  EXPECT_TRUE(descriptors[7].string_or("target", "").starts_with("socket:")) << descriptors[7].string_or("target", "");
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
    ASSERT_TRUE(next_gateway());
  }
  EXPECT_EQ(node_.pid_of("a"), module) << "the death of the gateway is nobody else's business";
  EXPECT_EQ(node_.stop(), 0);
  std::set<std::uint64_t> seen;
  for (const SupervisorEvent& event : all<SupervisorEvent>()) seen.insert(event.seq);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(*seen.begin(), 1u);
  EXPECT_EQ(*seen.rbegin(), seen.size()) << "no number is missing";
}

// The complaint nearly fills its own line; the row with it would not have gone into one.
TEST_F(Gateway, AModuleWithMuchToComplainDoesNotShutTheFrontDoor) {
  install("");
  // Two bytes a character: the cut must not be in the middle of one.
  node_.add_fake_module("a", {.settings = "why = \"äöüx\"\nwhy_times = 8500"});
  node_.start();
  ASSERT_TRUE(node_.wait_for("a: ready → degraded"));
  ::kill(node_.pid_of("gateway"), SIGKILL);
  ASSERT_TRUE(next_gateway());
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_EQ(all<Modules>().size(), 2u) << "each incarnation is told of all modules";
  EXPECT_THAT(transitions("a"), testing::Contains("ready→degraded 1"));
  const ModuleRow row = all<Modules>().back().modules.back();
  EXPECT_EQ(row.state, "degraded");
  EXPECT_THAT(row.why, testing::StartsWith("äöüxäöüx"));
  EXPECT_EQ(row.why.size(), 511u);
}

// 64 rows that are as long as they can get have no room in one line.
TEST_F(Gateway, RowsThatFillMoreThanOneLineComeInSeveral) {
  install("");
  for (int i = 1; i < 64; ++i) {
    node_.add_fake_module("m" + std::to_string(i), {.settings = "why = \"\\u0001\"\nwhy_times = 9000"});
  }
  node_.start();
  for (int complaining = 0; complaining < 63; ++complaining) ASSERT_TRUE(node_.wait_for(": ready → degraded"));
  ::kill(node_.pid_of("gateway"), SIGKILL);
  ASSERT_TRUE(next_gateway());
  EXPECT_EQ(node_.stop(), 0);
  // Of the second incarnation, up to the line that opens the front door.
  const std::vector<ToModule> messages = received();
  std::set<std::string> told;
  int incarnation = 0;
  for (const ToModule& message : messages) {
    if (std::holds_alternative<Bootstrap>(message)) ++incarnation;
    if (incarnation != 2) continue;
    if (const auto* row = std::get_if<ModuleChanged>(&message)) told.insert(row->row.name);
    if (const auto* rest = std::get_if<Modules>(&message)) {
      for (const ModuleRow& row : rest->modules) told.insert(row.name);
      break;
    }
  }
  EXPECT_EQ(told.size(), 64u);
}

TEST_F(Gateway, StatusctlTellsWhyItIsDown) {
  install("mode = \"exit78\"");
  node_.start();
  ASSERT_TRUE(node_.wait_for("gateway: starting → failed"));
  ASSERT_TRUE(wait_for_file(node_.path("crash/gateway/1.json"), kPatience));
  const auto statusctl = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = {binary("statusctl"), "--data-dir", node_.data_dir()};
    all.insert(all.end(), words.begin(), words.end());
    ChildProcess program(all);
    const int code = program.wait(kPatience).value_or(-1);
    return std::pair(code, program.read_all());
  };
  const std::string pid = std::to_string(node_.statusd().pid());
  const auto [status_code, status_said] = statusctl({"status"});
  EXPECT_EQ(status_code, 3);
  EXPECT_THAT(status_said, testing::HasSubstr("statusd runs (pid " + pid + "), its gateway does not answer"));
  EXPECT_THAT(status_said, testing::Not(testing::HasSubstr("start one")));

  const auto [code, said] = statusctl({"why", "gateway"});
  EXPECT_EQ(code, 0) << said;
  const Value why = parse_json(said).value_or(Value());
  EXPECT_EQ(std::to_string(why.int_or("statusd_pid", 0)), pid) << said;
  ASSERT_NE(why.find("last_crash"), nullptr) << said;
  EXPECT_EQ(why.find("last_crash")->string_or("cause", ""), "exit 78");
  const Value::Array& told = *why.find("transitions")->as_array();
  ASSERT_EQ(told.size(), 2u) << said;
  EXPECT_EQ(told[0].string_or("from", "") + "→" + told[0].string_or("to", ""), "stopped→starting");
  EXPECT_EQ(told[1].string_or("from", "") + "→" + told[1].string_or("to", ""), "starting→failed");
  EXPECT_EQ(told[1].string_or("cause", ""), "exit 78");
  EXPECT_EQ(told[1].uint_or("generation", 0), 1u);
  EXPECT_EQ(statusctl({"why", "nobody"}).first, 3);

  EXPECT_EQ(node_.stop(), 0);
  const auto [down_code, down_said] = statusctl({"why", "gateway"});
  EXPECT_EQ(down_code, 3);
  EXPECT_THAT(down_said, testing::HasSubstr("exit 78"));
  EXPECT_THAT(statusctl({"status"}).second, testing::HasSubstr("start one"));
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
