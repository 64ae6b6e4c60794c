// A module that uses more memory than it may is restarted, by the supervisor, before the machine is in trouble.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ipc/base/codec.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

class Limits : public testing::Test {
 protected:
  void leak(int mebibytes, const std::string& restart = "", const FakeModule& more = {}) {
    node_.add_fake_module("a", {.manifest = more.manifest,
                                .tables = "[limits]\nmemory_bytes = 67108864\ndata_bytes = 1073741824\n" + restart,
                                .settings = "leak_mib = " + std::to_string(mebibytes) + "\n" + more.settings,
                                .program = "probe_module"});
    node_.start();
  }

  TestNode node_{TestNode::bare()};
};

TEST_F(Limits, PastTheMemoryLimitItIsDrainedAndRestartedAndTheCauseIsMemory) {
  leak(100);
  ASSERT_TRUE(node_.wait_for("a: ready → draining")) << node_.statusd().output();
  const auto dead = node_.wait_for("a: draining → backoff");
  ASSERT_TRUE(dead) << node_.statusd().output();
  EXPECT_THAT(*dead, testing::AllOf(testing::HasSubstr("memory: 1"), testing::HasSubstr("the limit is 64 MiB"),
                                    testing::HasSubstr("exit 0")));
  ASSERT_TRUE(node_.wait_for("a: starting → ready")) << "the record is written once the next one is on its way";
  const auto record = parse_json(read_file(node_.path("crash/a/1.json")));
  ASSERT_TRUE(record.has_value());
  EXPECT_THAT(record->string_or("cause", ""), testing::HasSubstr("memory: "));
}

TEST_F(Limits, TheProcessesThatAModuleStartsCountAsWell) {
  leak(100, "", {.manifest = "sandbox = \"none\"", .settings = "leaks_in_child = true\n"});
  ASSERT_TRUE(node_.wait_for("a: ready → draining")) << node_.statusd().output();
  const auto dead = node_.wait_for("a: draining → backoff");
  ASSERT_TRUE(dead) << node_.statusd().output();
  EXPECT_THAT(*dead, testing::HasSubstr("the limit is 64 MiB"));
}

TEST_F(Limits, WhatLeaksFromItsStartOnIsFailedOnceItsBudgetIsUsedUp) {
  leak(100, "[restart]\nbackoff_ms = 1\nbudget = 2\n");
  ASSERT_TRUE(node_.wait_for("a: draining → backoff")) << node_.statusd().output();
  EXPECT_TRUE(node_.wait_for("a: draining → failed")) << node_.statusd().output();
}

TEST_F(Limits, BelowTheLimitNothingHappens) {
  leak(8);
  ASSERT_TRUE(node_.wait_for("a: starting → ready"));
  EXPECT_EQ(node_.stop(), 0);
  EXPECT_THAT(node_.statusd().output(), testing::Not(testing::HasSubstr("memory:")));
}

}  // namespace
}  // namespace status::test
