// Every way in which a module can end, and what statusd makes of it.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "ipc/base/codec.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

// Children of `parent`, zombies included.
std::vector<pid_t> children_of(pid_t parent) {
  std::ifstream file("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  std::vector<pid_t> out;
  for (pid_t pid = 0; file >> pid;) out.push_back(pid);
  return out;
}

Value record(TestNode& node, const std::string& module, int generation) {
  const std::string path = node.path("crash/" + module + "/" + std::to_string(generation) + ".json");
  EXPECT_TRUE(wait_for_file(path, kPatience)) << path;
  return parse_json(read_file(path)).value_or(Value());
}

TEST(Death, AKilledModuleIsBackWithANewGenerationAndTheOthersStay) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0"}));
  node.add_fake_module("a");
  node.add_fake_module("b");
  node.start();
  ASSERT_TRUE(node.wait_for("b: starting → ready"));
  const pid_t other = node.pid_of("a");
  const pid_t killed = node.pid_of("b");
  ASSERT_GT(killed, 0);
  ::kill(killed, SIGKILL);
  EXPECT_THAT(node.wait_for("b: ready → backoff").value_or(""), testing::HasSubstr("signal 9 (SIGKILL)"));
  EXPECT_THAT(node.wait_for("b: starting → ready").value_or(""), testing::HasSubstr("generation 2"));
  EXPECT_NE(node.pid_of("b"), killed);
  EXPECT_EQ(node.pid_of("a"), other);
  EXPECT_EQ(children_of(node.statusd().pid()).size(), 2u) << "no zombies";
  EXPECT_EQ(node.stop(), 0);
}

TEST(Death, TheBudgetEndsInFailed) {
  TestNode node(TestNode::bare({"restart.backoff_ms=1"}));
  node.add_fake_module("a", {.settings = "mode = \"crash\""});
  node.start();
  for (int death = 1; death <= 4; ++death) ASSERT_TRUE(node.wait_for("a: starting → backoff"));
  EXPECT_THAT(node.wait_for("a: starting → failed").value_or(""), testing::HasSubstr("exit 1"));
  EXPECT_EQ(node.stop(), 0);
}

TEST(Death, ExitCode78IsNotRestarted) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.settings = "mode = \"exit78\""});
  node.add_fake_module("b", {.requires_ = {"a"}});
  node.start();
  EXPECT_THAT(node.wait_for("a: starting → failed").value_or(""), testing::HasSubstr("exit 78"));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(node.statusd().read_all(), testing::Not(testing::HasSubstr("b: "))) << "what requires it was not started";
}

TEST(Death, AMissingExecutableIsFailedWithThePath) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  std::string manifest = read_file(node.path("modules.d/a/module.toml"));
  manifest.replace(manifest.find(binary("fake_module")), binary("fake_module").size(), "/nowhere/at/all");
  write_file(node.path("modules.d/a/module.toml"), manifest);
  node.start();
  EXPECT_THAT(node.wait_for("a: starting → failed").value_or(""), testing::HasSubstr("/nowhere/at/all"));
  EXPECT_EQ(node.stop(), 0);
}

TEST(Death, AModuleThatDoesNotGetReadyIsKilled) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.tables = "[timeouts]\nstart_ms = 200\n", .settings = "mode = \"silent\""});
  node.start();
  EXPECT_THAT(node.wait_for("a: starting → backoff").value_or(""),
              testing::HasSubstr("not ready within 200 ms: signal 9"));
}

TEST(Death, AHangIsDegradedThenAbortedThenKilled) {
  TestNode node(TestNode::bare({"hang.ping_ms=50", "hang.limit_ms=1500"}));
  node.add_fake_module("a", {.settings = "mode = \"hang\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  EXPECT_THAT(node.wait_for("a: ready → degraded").value_or(""), testing::HasSubstr("no answer to ping"));
  EXPECT_THAT(node.wait_for("a: degraded → backoff").value_or(""), testing::HasSubstr("signal 6 (SIGABRT)"));
}

TEST(Death, TheRecordSaysWhatWasGoingOn) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.manifest = "backend = \"mesh\"",
                             .settings = "lines = 250\nstderr = \"last words\"\ncalls = [\"a.send\", \"a.receive\"]"});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  ::kill(node.pid_of("a"), SIGQUIT);  // the sanitizers leave this one alone
  ASSERT_TRUE(node.wait_for("a: ready → backoff"));
  const Value got = record(node, "a", 1);
  EXPECT_EQ(got.string_or("module", ""), "a");
  EXPECT_EQ(got.int_or("generation", 0), 1);
  EXPECT_EQ(got.string_or("cause", ""), "signal 3 (SIGQUIT)");
  EXPECT_EQ(got.string_or("signal", ""), "SIGQUIT");
  EXPECT_EQ(got.string_or("state", ""), "ready");
  EXPECT_EQ(got.string_or("backend", ""), "mesh");
  EXPECT_GT(got.int_or("time_ms", 0), 1'600'000'000'000);
  EXPECT_GE(got.int_or("uptime_ms", -1), got.int_or("ready_for_ms", 0));
  EXPECT_GT(got.find("resources")->int_or("max_rss_bytes", 0), 0);
  const Value::Array& calls = *got.find("calls_in_flight")->as_array();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].string_or("method", ""), "a.send");
  EXPECT_EQ(calls[0].string_or("trace_id", ""), "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a");
  const Value::Array& log = *got.find("log")->as_array();
  ASSERT_EQ(log.size(), 200u);
  EXPECT_TRUE(std::any_of(log.begin(), log.end(),
                          [](const Value& line) { return line.as_string()->find("last words") != std::string::npos; }));
  const auto mode = fs::status(node.path("crash/a/1.json")).permissions();
  EXPECT_EQ(mode, fs::perms::owner_read | fs::perms::owner_write);
}

// The next incarnation starts first, but who hears that it is ready finds the record of the one before.
TEST(Death, TheRecordIsThereWhenTheNextIncarnationIsReadyAndIsOfTheFirstAlone) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0"}));
  node.add_fake_module("a", {.settings = "stderr = \"first words\""});
  node.start();
  for (int generation = 1; generation <= 5; ++generation) {
    ASSERT_TRUE(node.wait_for("a: starting → ready"));
    if (generation > 1) {
      const std::string text = read_file(node.path("crash/a/" + std::to_string(generation - 1) + ".json"));
      ASSERT_FALSE(text.empty()) << "after generation " << generation - 1;
      const auto got = parse_json(text);
      ASSERT_TRUE(got) << got.error().describe();
      const std::string last = *got->find("log")->as_array()->back().as_string();
      EXPECT_THAT(last, testing::HasSubstr("\"generation\":" + std::to_string(generation - 1)));
    }
    ::kill(node.pid_of("a"), SIGKILL);
  }
}

TEST(Death, TheRecordDoesNotWaitForANextIncarnationThatNeverSpeaks) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0"}));
  node.add_fake_module("a", {.settings = "mode = \"silent\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: stopped → starting"));
  ::kill(node.pid_of("a"), SIGKILL);
  EXPECT_EQ(record(node, "a", 1).string_or("signal", ""), "SIGKILL");
}

TEST(Death, AFatalLastWordIsKept) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.settings = "mode = \"fatal\""});
  node.start();
  const Value got = record(node, "a", 1);
  EXPECT_EQ(got.string_or("cause", ""), "exit 70");
  EXPECT_EQ(got.int_or("exit_code", 0), 70);
  EXPECT_EQ(got.find("fatal")->string_or("reason", ""), "fake.no_luck");
}

// The death is there to be seen before the last word is read: statusd is stopped until both have happened.
TEST(Death, AFatalLastWordIsKeptThatIsReadBehindTheDeath) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const ProcessHandle module(node.pid_of("a"));
  node.statusd().signal(SIGSTOP);
  siginfo_t stopped{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(node.statusd().pid()), &stopped, WSTOPPED | WNOWAIT), 0);
  module.signal(SIGUSR1);
  ASSERT_TRUE(module.wait_gone(kPatience));
  node.statusd().signal(SIGCONT);
  const Value got = record(node, "a", 1);
  EXPECT_EQ(got.string_or("cause", ""), "exit 70");
  ASSERT_FALSE(got.find("fatal")->is_null());
  EXPECT_EQ(got.find("fatal")->string_or("reason", ""), "fake.told_to_go");
}

// Ignored signals survive exec(2), and with this one the kernel reaps children itself.
TEST(Death, IsSeenAlsoWhereStatusdWasStartedWithSigchldIgnored) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0"}));
  node.add_fake_module("a");
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  sigset_t blocked;
  sigset_t mask;
  ::sigemptyset(&blocked);
  for (const int number : {SIGCHLD, SIGTERM}) ::sigaddset(&blocked, number);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &mask);
  node.start();
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  std::signal(SIGCHLD, before);
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  ::kill(node.pid_of("a"), SIGKILL);
  EXPECT_THAT(node.wait_for("a: ready → backoff").value_or(""), testing::HasSubstr("signal 9 (SIGKILL)"));
  EXPECT_THAT(node.wait_for("a: starting → ready").value_or(""), testing::HasSubstr("generation 2"));
  EXPECT_EQ(node.stop(), 0);
}

TEST(Death, TheNewestTwentyRecordsAreKept) {
  TestNode node(TestNode::bare({"restart.backoff_ms=0", "restart.budget=0"}));
  node.add_fake_module("a", {.settings = "mode = \"crash\""});
  node.start();
  ASSERT_TRUE(wait_for_file(node.path("crash/a/25.json"), kPatience));
  EXPECT_EQ(node.stop(), 0);
  std::size_t records = 0;
  for (const auto& entry : fs::directory_iterator(node.path("crash/a")))
    records += entry.path().extension() == ".json" ? 1 : 0;
  EXPECT_EQ(records, 20u);
  EXPECT_FALSE(fs::exists(node.path("crash/a/1.json")));
}

TEST(Death, WhatAModuleForkedGoesWithIt) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.manifest = "sandbox = \"none\"", .settings = "mode = \"fork\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const auto report = parse_json(read_file(node.path("profiles/default/a/report.json")));
  const ProcessHandle forked(static_cast<pid_t>(report->int_or("forked", 0)));
  ASSERT_TRUE(forked.alive());
  ::kill(node.pid_of("a"), SIGKILL);
  EXPECT_TRUE(forked.wait_gone(kPatience));
}

TEST(Death, OutputIsWrappedAndLogsRotate) {
  TestNode node(TestNode::bare({"logs.max_bytes=4096", "logs.files=3"}));
  node.add_fake_module(
      "a", {.settings = "lines = 300\nstderr = \"{\\\"level\\\":\\\"info\\\",\\\"message\\\":\\\"mine\\\"}\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  EXPECT_EQ(node.stop(), 0);
  for (const char* name : {"logs/a.log", "logs/a.log.1", "logs/a.log.2"}) {
    ASSERT_TRUE(fs::exists(node.path(name))) << name;
    EXPECT_LE(fs::file_size(node.path(name)), 4096u) << name;
  }
  EXPECT_FALSE(fs::exists(node.path("logs/a.log.3")));
  const std::string newest = read_file(node.path("logs/a.log.1")) + read_file(node.path("logs/a.log"));
  EXPECT_THAT(newest, testing::HasSubstr("\"message\":\"line 300\""));
  EXPECT_THAT(newest, testing::ContainsRegex("\\{\"level\":\"info\",\"message\":\"mine\",\"time_ms\":[0-9]+,"
                                             "\"module\":\"a\",\"generation\":1\\}\n"))
      << "JSON passes as it is, with what it lacks behind it";
}

}  // namespace
}  // namespace status::test
