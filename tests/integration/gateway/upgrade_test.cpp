// statusd replaced in place, on a node of real processes: what runs goes on, and what cannot go on changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "ipc/base/codec.h"
#include "tests/integration/gateway/echo_node.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class UpgradeTest : public testing::Test {
 protected:
  void SetUp() override {
    const Status started = node_.start();
    ASSERT_TRUE(started) << started.error().describe();
    before_ = rows();
    statusd_ = node_->statusd().statusd().pid();
  }
  Result<Value> upgrade(const std::string& executable = "") {
    return node_->front().call("supervisor.upgrade", Value::map({{"executable", executable}}));
  }
  std::string script(const std::string& body) {
    const std::string path = place_ / "statusd";
    write_file(path, "#!/bin/sh\n" + body + "\n");
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
  // Every process that there was is there.
  std::vector<std::string> rows() {
    std::vector<std::string> out;
    for (const Row& row : node_->rows().value_or(std::vector<Row>())) {
      out.push_back(row.name + " " + std::to_string(row.pid) + " " + std::to_string(row.generation) + " " + row.state);
    }
    return out;
  }
  void expect_nothing_happened() {
    ASSERT_EQ(rows(), before_);
    EXPECT_EQ(node_->statusd().statusd().pid(), statusd_);
    EXPECT_TRUE(node_->front().call("echo_a.say", Value::map({{"text", "?"}})));
    const std::uint64_t generation = node_->row("echo_a")->generation;
    EXPECT_TRUE(node_->kill("echo_a"));
    EXPECT_TRUE(node_->await_ready("echo_a", generation)) << "it is still watched";
  }

  TempDir place_;
  EchoNode node_;
  std::vector<std::string> before_;
  pid_t statusd_ = 0;
};

TEST_F(UpgradeTest, ThePidTheModulesAndTheBootIdStay) {
  const std::string boot_id = node_->front().call("supervisor.hello")->string_or("boot_id", "");
  const auto upgraded = upgrade();
  ASSERT_TRUE(upgraded) << upgraded.error().describe();
  EXPECT_NE(upgraded->string_or("version", ""), "");
  EXPECT_EQ(node_->front().call("supervisor.hello")->string_or("boot_id", ""), boot_id);
  expect_nothing_happened();
  EXPECT_TRUE(node_->events().wait_for(EventLog::state("echo_a", "backoff"), kPatience)) << "events go on";
  EXPECT_TRUE(node_->stop());
}

TEST_F(UpgradeTest, CallsUnderWayAreAnswered) {
  auto under_way = node_.begin("echo_a.work", 20'000, Value::map({{"ms", 1'000}}));
  ASSERT_TRUE(upgrade());
  const auto answer = under_way.get();
  EXPECT_TRUE(answer) << answer.error().describe();
}

TEST_F(UpgradeTest, WhatIsNoStatusdOrABrokenOneChangesNothing) {
  EXPECT_THAT(upgrade(place_ / "nothing").error().message, HasSubstr("No such file"));
  EXPECT_EQ(upgrade("/bin/true").error().reason, "supervisor.cannot_adopt") << "leaving with 0 is not enough";
  EXPECT_THAT(upgrade(script("echo 'segmentation fault' >&2; exit 139")).error().message,
              HasSubstr("segmentation fault"));
  write_file(place_ / "text", "not a program");
  EXPECT_FALSE(upgrade(place_ / "text"));
  expect_nothing_happened();
}

// One from before upgrades: it does not know the question.
TEST_F(UpgradeTest, AnOlderOneThatDoesNotKnowTheQuestionChangesNothing) {
  const auto refused =
      upgrade(script("echo 'The following argument was not expected: --check-adoption=3' >&2; exit 2"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "supervisor.cannot_adopt");
  EXPECT_THAT(refused.error().message, HasSubstr("was not expected"));
  expect_nothing_happened();
}

// It said that it could, and then it cannot: a copy of statusd beside which no manifests are.
TEST_F(UpgradeTest, AnImageThatCannotAdoptGivesTheNodeBack) {
  fs::create_directories(place_ / "empty/bin");
  fs::copy_file(binary("statusd"), place_ / "empty/bin/statusd");
  const auto refused =
      upgrade(script("case \"$*\" in *--check-adoption*) echo 'this statusd can take the node over';;\n"
                     "*) exec " +
                     (place_ / "empty/bin/statusd") + " \"$@\";; esac"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "supervisor.cannot_upgrade");
  EXPECT_THAT(refused.error().message, HasSubstr("gave the node back"));
  expect_nothing_happened();
  EXPECT_TRUE(upgrade()) << "and a good one is taken afterwards";
  EXPECT_TRUE(node_->stop());
}

TEST_F(UpgradeTest, AModuleThatDiesBetweenTheTwoImagesIsNoticed) {
  const auto row = node_->row("echo_a");
  ASSERT_TRUE(row);
  const auto upgraded = upgrade(script("case \"$*\" in *--check-adoption*) ;; *) kill -9 " + std::to_string(row->pid) +
                                       ";; esac\nexec " + binary("statusd") + " \"$@\""));
  ASSERT_TRUE(upgraded) << upgraded.error().describe();
  EXPECT_TRUE(node_->await_ready("echo_a", row->generation));
  EXPECT_EQ(node_->row("echo_b")->restarts, 0u);
}

TEST_F(UpgradeTest, AConfigurationThatIsNotAppliedComesFirst) {
  write_file(node_->data_dir() + "/node.toml", "[echo_a]\nanswer = 1\n");
  const auto refused = upgrade();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("config apply"));
  ASSERT_TRUE(node_->front().call("supervisor.config_apply"));
  EXPECT_TRUE(node_->await_ready("echo_a", 1));
  EXPECT_TRUE(upgrade());
}

TEST_F(UpgradeTest, AModuleThatIsDegradedBecauseAWorkerIsStuckStaysSo) {
  ASSERT_FALSE(node_.begin("echo_a.block", 50).get());
  ASSERT_TRUE(node_->events().wait_for(EventLog::state("echo_a", "degraded"), kPatience)) << node_->report();
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(node_->row("echo_a")->state, "degraded");
  // Another module comes back meanwhile: long enough for many pings to echo_a.
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t generation = node_->row("echo_b")->generation;
    ASSERT_TRUE(node_->restart("echo_b"));
    ASSERT_TRUE(node_->events().wait_for(EventLog::state("echo_b", "ready", generation), kPatience));
    EXPECT_TRUE(node_.begin("echo_b.work", 10'000, Value::map({{"ms", 400}})).get());
  }
  EXPECT_EQ(node_->row("echo_a")->state, "degraded");
  EXPECT_EQ(node_->events().all(EventLog::state("echo_a", "degraded")).size(), 1U) << "without a break";
  EXPECT_EQ(node_->row("echo_a")->restarts, 0U);
  EXPECT_TRUE(node_->stop());
}

TEST_F(UpgradeTest, AHundredInARowUnderLoadLoseNoCall) {
  std::atomic<bool> loaded{true};
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (const char* module : {"echo_a", "echo_b"}) {
    callers.emplace_back([&, module] {
      const auto front = node_->open_front();
      while (loaded) {
        const auto said = front->call(std::string(module) + ".say", Value::map({{"text", "x"}}));
        EXPECT_TRUE(said) << said.error().describe();
        ++answered;
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    const auto upgraded = upgrade();
    ASSERT_TRUE(upgraded) << i << ": " << upgraded.error().describe();
  }
  loaded = false;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(answered, 100);
  expect_nothing_happened();
  EXPECT_TRUE(node_->stop());
}

}  // namespace
}  // namespace status::test
