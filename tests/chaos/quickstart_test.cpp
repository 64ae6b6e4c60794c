// deploy/quickstart as a person runs it, on a tree that is built: what it prints, that the lines it says to type work,
// and that one Ctrl-C ends everything with 0.
#include <gmock/gmock.h>

#include <csignal>
#include <regex>

#include "ipc/base/codec.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

TEST(Quickstart, SaysWhatRunsAndCtrlCStopsIt) {
  const TempDir place;
  ChildProcess script(
      {STATUS_QUICKSTART, "--no-build", "--data-dir", place / "node", "--", "--set", "metrics.listen=127.0.0.1:0"});
  ASSERT_TRUE(script.wait_for_line("Ctrl-C here stops everything", kPatience)) << script.output();
  const std::string& said = script.output();
  std::vector<ProcessHandle> processes;
  for (const char* module : {"gateway", "keys", "storage", "waku", "chat"}) {
    std::smatch row;
    ASSERT_TRUE(std::regex_search(said, row, std::regex("\n  " + std::string(module) + " +ready +([0-9]+) "))) << said;
    processes.emplace_back(std::stoi(row[1]));
    EXPECT_TRUE(processes.back().alive()) << module;
  }
  EXPECT_THAT(said, testing::HasSubstr("socket   " + std::string(place / "node") + "/run/supervisor.sock"));
  EXPECT_THAT(said, testing::ContainsRegex("metrics  http://127.0.0.1:[0-9]+/metrics"));
  EXPECT_THAT(said, testing::ContainsRegex("browser  http://127.0.0.1:[0-9]+/\n"));

  std::smatch next;
  ASSERT_TRUE(std::regex_search(said, next, std::regex("Next, in another terminal: (.*)\n"))) << said;
  ChildProcess typed({"/bin/sh", "-c", next[1]});
  EXPECT_EQ(typed.wait(kPatience), 0);
  EXPECT_THAT(typed.read_all(), testing::HasSubstr("chat"));

  script.signal(SIGINT);
  EXPECT_EQ(script.wait(kPatience), 0) << script.read_all();
  EXPECT_THAT(script.read_all(), testing::HasSubstr("Stopped."));
  for (const ProcessHandle& process : processes) EXPECT_FALSE(process.alive());
}

}  // namespace
}  // namespace status::test
