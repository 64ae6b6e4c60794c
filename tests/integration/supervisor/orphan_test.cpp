// A test program that ends without its destructors leaves no node behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "tests/support/test_node.h"

namespace status::test {
namespace {

class TestProgram : public ::testing::TestWithParam<int> {};

TEST_P(TestProgram, TakesItsNodeAlongWhateverEndsIt) {
  const TempDir dir;  // what the program cannot clear away
  ChildProcess program({binary("node_owner")}, {"TMPDIR=" + dir.path()});
  std::istringstream line(program.wait_for_line("node ", kPatience).value_or(""));
  std::string word;
  pid_t statusd_pid = 0, module_pid = 0;
  ASSERT_TRUE(line >> word >> statusd_pid >> module_pid) << program.output();
  const ProcessHandle statusd(statusd_pid), module(module_pid);
  ASSERT_TRUE(statusd.alive());
  ASSERT_TRUE(module.alive());

  program.signal(GetParam());
  EXPECT_TRUE(program.wait(kPatience));
  EXPECT_TRUE(statusd.wait_gone(kPatience));
  EXPECT_TRUE(module.wait_gone(kPatience));
}

INSTANTIATE_TEST_SUITE_P(Signals, TestProgram, ::testing::Values(SIGSEGV, SIGKILL),
                         [](const auto& signal) { return signal.param == SIGKILL ? "SIGKILL" : "SIGSEGV"; });

}  // namespace
}  // namespace status::test
