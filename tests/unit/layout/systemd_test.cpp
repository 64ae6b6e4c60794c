// The units of deploy/systemd as systemd itself sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/layout/source_tree.h"

namespace status::test {
namespace {

// In tenths, as systemd-analyze counts: 0 is nothing to lose, 100 is root without a wall. What is left is the network,
// the cgroup of its own, setrlimit, and that /proc tells how much memory there is. Lower it when the unit gets better.
constexpr int kMostExposure = 17;

struct Outcome {
  int code = -1;
  std::string output;
};

Outcome run(std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
  ChildProcess process(words, environment);
  const auto code = process.wait(kPatience);
  return {code.value_or(-1), process.read_all()};
}

// The unit with a program that is there: where a node is installed is the installation's business.
std::string installed(const TempDir& dir, const std::string& unit) {
  std::string text;
  for (std::string line : read_source_file("deploy/systemd/" + unit).lines) {
    const std::string program = "/usr/bin/statusd";
    if (line.starts_with("ExecStart=")) line.replace(line.find(program), program.size(), STATUS_BIN_DIR "/statusd");
    text += line + "\n";
  }
  write_file(dir / unit, text);
  return dir / unit;
}

TEST(Systemd, UnderstandsEveryLineOfTheUnits) {
  const TempDir dir;
  const Outcome node = run({"/usr/bin/systemd-analyze", "verify", installed(dir, "statusd.service")});
  EXPECT_EQ(node.code, 0);
  EXPECT_EQ(node.output, "") << "what it does not understand it only warns of";
  const Outcome user = run({"/usr/bin/systemd-analyze", "--user", "verify", installed(dir, "statusd-user.service")},
                           {"XDG_RUNTIME_DIR=" + dir.path()});
  EXPECT_EQ(user.code, 0);
  EXPECT_EQ(user.output, "");
}

TEST(Systemd, TheUnitExposesNoMoreThanItDid) {
  const std::string unit = source_root() + "/deploy/systemd/statusd.service";
  const auto with_limit = [&](int limit) {
    return run({"/usr/bin/systemd-analyze", "security", "--no-pager", "--offline=true",
                "--threshold=" + std::to_string(limit), unit});
  };
  const Outcome at = with_limit(kMostExposure);
  EXPECT_EQ(at.code, 0) << at.output;
  EXPECT_NE(with_limit(kMostExposure - 3).code, 0) << "lower kMostExposure to what it is now";
}

TEST(Systemd, TheUnitSaysWhatTheNodeReliesOn) {
  for (const char* unit : {"statusd.service", "statusd-user.service"}) {
    const auto lines = read_source_file(std::string("deploy/systemd/") + unit).lines;
    for (const char* line :
         {"Type=notify", "NotifyAccess=main", "WatchdogSec=30", "Delegate=yes", "Restart=always", "KillMode=mixed",
          "LimitCORE=0", "ExecReload=/bin/kill -HUP $MAINPID", "RestartPreventExitStatus=78"}) {
      EXPECT_THAT(lines, testing::Contains(line)) << unit;
    }
  }
}

}  // namespace
}  // namespace status::test
