// statusd as its operator sees it: one at a time, ordered, and with clear words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>

#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

TEST(Statusd, ASecondStartNamesTheHolderAndLeavesTheFirstUnharmed) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const std::string token = read_file(node.path("run/token"));
  ChildProcess second({binary("statusd"), "--data-dir", node.data_dir()});
  EXPECT_EQ(second.wait(kPatience), 1);
  EXPECT_THAT(second.read_all(),
              testing::HasSubstr("another statusd (pid " + std::to_string(node.statusd().pid()) + ")"));
  EXPECT_TRUE(ProcessHandle(node.pid_of("a")).alive());
  EXPECT_EQ(read_file(node.path("run/token")), token);
  EXPECT_EQ(node.stop(), 0);
}

// Children that die with the thread that made them, and no lock anywhere, rest on this.
TEST(Statusd, IsOneThread) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  const fs::directory_iterator tasks("/proc/" + std::to_string(node.statusd().pid()) + "/task");
  EXPECT_EQ(std::distance(begin(tasks), end(tasks)), 1);
  EXPECT_EQ(node.stop(), 0);
}

TEST(Statusd, TwoNodesCannotShareARunDirectory) {
  const TempDir run;
  NodeOptions options = TestNode::bare();
  options.arguments = {"--run-dir", run / "r"};
  TestNode first(options);
  first.add_fake_module("a");
  first.start();
  ASSERT_TRUE(first.wait_for("a: starting → ready"));
  EXPECT_TRUE(fs::exists(run / "r/token"));
  EXPECT_FALSE(fs::exists(first.path("run")));
  TestNode second(options);
  second.add_fake_module("a");
  second.start();
  EXPECT_EQ(second.statusd().wait(kPatience), 1);
  EXPECT_THAT(second.statusd().read_all(), testing::HasSubstr("another node uses the run directory"));
}

TEST(Statusd, ReadsTheConfigurationThatItIsGivenInsteadOfItsOwn) {
  const TempDir elsewhere;
  write_file(elsewhere / "mine.toml", "modules = []\n[gateway]\nenabled = false\n");
  TestNode node({.settings = {}, .arguments = {"--config", elsewhere / "mine.toml"}});
  node.add_fake_module("a");
  write_file(node.path("node.toml"), "sing = true\n");  // no setting of that name: it would not start
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready")) << node.statusd().output();
  EXPECT_EQ(node.stop(), 0);
  const std::string said = node.statusd().read_all();
  for (const char* other : {"gateway:", "keys:", "waku:"}) EXPECT_THAT(said, testing::Not(testing::HasSubstr(other)));
}

TEST(Statusd, StartsInDependencyOrderAndStopsBackwards) {
  const TempDir scratch;
  const std::string drained = scratch / "drained";
  TestNode node(TestNode::bare());
  const FakeModule base{.manifest = "sandbox = \"none\"", .settings = "drain_log = \"" + drained + "\""};
  FakeModule b = base;
  b.requires_ = {"a"};
  FakeModule c = base;
  c.requires_ = {"a", "b"};
  node.add_fake_module("c", c);
  node.add_fake_module("b", b);
  node.add_fake_module("a", base);
  node.start();
  for (const char* part : {"a: stopped → starting", "a: starting → ready", "b: stopped → starting",
                           "b: starting → ready", "c: stopped → starting", "c: starting → ready"}) {
    ASSERT_TRUE(node.wait_for(part)) << part << "\n" << node.statusd().output();
  }
  EXPECT_EQ(node.stop(), 0);
  EXPECT_EQ(read_file(drained), "c\nb\na\n");
}

TEST(Statusd, AModuleThatIgnoresTheDrainIsKilledAtItsDeadline) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.tables = "[timeouts]\nstop_ms = 200\n", .settings = "mode = \"ignore_drain\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(node.statusd().read_all(),
              testing::HasSubstr("a: draining → stopped: not gone within 200 ms: signal 9 (SIGKILL)"));
}

TEST(Statusd, ASecondSignalKillsWhatIsLeft) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a", {.tables = "[timeouts]\nstop_ms = 60000\n", .settings = "mode = \"ignore_drain\""});
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  node.statusd().signal(SIGINT);
  ASSERT_TRUE(node.wait_for("a: ready → draining"));
  node.statusd().signal(SIGINT);
  EXPECT_EQ(node.statusd().wait(kPatience), 0);
}

TEST(Statusd, WhatAnOperatorStoppedStaysStopped) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  node.add_fake_module("b");
  write_file(node.path("state/stopped.json"), "[\"a\"]\n");
  fs::permissions(node.path("state"), fs::perms::owner_all);
  node.start();
  ASSERT_TRUE(node.wait_for("b: starting → ready"));
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(node.statusd().read_all(), testing::Not(testing::HasSubstr("a: stopped → starting")));
}

TEST(Statusd, StaleSocketsAreRemoved) {
  TestNode node(TestNode::bare());
  node.add_fake_module("a");
  const std::string path = node.path("run/a/rpc.sock");
  fs::create_directories(node.path("run/a"));
  for (const char* folder : {"run", "run/a"}) ::chmod(node.path(folder).c_str(), 0700);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  node.start();
  ASSERT_TRUE(node.wait_for("a: starting → ready"));
  EXPECT_FALSE(fs::exists(path));
}

struct Refusal {
  int exit_code;
  std::string output;
};

Refusal refuse(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {binary("statusd")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  ChildProcess statusd(all);
  const int code = statusd.wait(kPatience).value_or(-1);
  return {code, statusd.read_all()};
}

TEST(Statusd, AWrongConfigurationHasFileLineAndNearestKey) {
  const TempDir dir;
  write_file(dir / "n/node.toml", "\n[metrics]\nlisen = \"x\"\n");
  ::chmod((dir / "n").c_str(), 0700);
  const Refusal refusal = refuse({"--data-dir", dir / "n"});
  EXPECT_EQ(refusal.exit_code, 78);
  EXPECT_THAT(refusal.output,
              testing::HasSubstr("/n/node.toml:3: `metrics.lisen` is not a key; did you mean `metrics.listen`?"));
}

TEST(Statusd, APathThatIsTooLongForASocketIsRefusedWithTheWayOut) {
  const TempDir dir;
  const Refusal refusal = refuse({"--data-dir", dir / std::string(100, 'd')});
  EXPECT_EQ(refusal.exit_code, 78);
  EXPECT_THAT(refusal.output,
              testing::AllOf(testing::HasSubstr("at most 107 are possible"), testing::HasSubstr("--run-dir")));
}

TEST(Statusd, ADirectoryThatOthersCanWriteIsRefusedWithTheCommandThatMendsIt) {
  const TempDir dir;
  write_file(dir / "n/some", "");
  ::chmod((dir / "n").c_str(), 0777);
  const Refusal refusal = refuse({"--data-dir", dir / "n"});
  EXPECT_EQ(refusal.exit_code, 1);
  EXPECT_THAT(refusal.output, testing::HasSubstr("chmod 700 " + (dir / "n")));
}

TEST(Statusd, ARunDirectoryThatIsALinkIsRefused) {
  const TempDir dir;
  fs::create_directories(dir / "n");
  fs::create_directories(dir / "elsewhere");
  ::chmod((dir / "n").c_str(), 0700);
  fs::create_symlink(dir / "elsewhere", dir / "n/run");
  const Refusal refusal = refuse({"--data-dir", dir / "n"});
  EXPECT_EQ(refusal.exit_code, 1);
  EXPECT_THAT(refusal.output, testing::HasSubstr("is not a directory of its own"));
}

TEST(Statusd, AUsageErrorIsTwo) {
  EXPECT_EQ(refuse({"--data-dir", "/tmp/x", "--no-such-option"}).exit_code, 2);
  EXPECT_EQ(refuse({"--help"}).exit_code, 0);
}

// b requires a, so that a's time would begin when b's is over.
TEST(Statusd, TheWholeNodeStopsWithinOneDeadline) {
  TestNode node(TestNode::bare({"stop.within_ms=500"}));
  const std::string patient = "[timeouts]\nstop_ms = 30000\n";
  node.add_fake_module("a", {.tables = patient, .settings = "mode = \"ignore_drain\""});
  node.add_fake_module("b", {.requires_ = {"a"}, .tables = patient, .settings = "mode = \"ignore_drain\""});
  node.start();
  ASSERT_TRUE(node.wait_for("b: starting → ready")) << node.statusd().output();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(node.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "not twice thirty";
  EXPECT_THAT(node.statusd().read_all(), testing::HasSubstr("not stopped within 500 ms: killing what is left"));
}

}  // namespace
}  // namespace status::test
