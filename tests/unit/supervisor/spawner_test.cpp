#include "supervisor/process/spawner.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "supervisor/process/control_channel.h"
#include "supervisor/process/exit_watcher.h"
#include "supervisor/process/log_pipe.h"
#include "tests/support/temp_dir.h"

namespace status::supervisor {
namespace {

namespace fs = std::filesystem;

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

class SpawnerTest : public testing::Test {
 protected:
  // A module is any executable; a script shows what it got.
  std::string script(const std::string& body) {
    const std::string path = dir_ / "module";
    test::write_file(path, "#!/bin/sh\n" + body);
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
  std::vector<std::string> lines_of(Child child, std::optional<ExitReport>& exit) {
    std::vector<std::string> lines;
    LogPipe output(loop_, std::move(child.output), [&](const std::string& line) {
      lines.push_back(line);
      return true;
    });
    ExitWatcher watcher(loop_, child.pid, std::move(child.pidfd), [&](const ExitReport& report) {
      exit = report;
      output.read_rest();
      loop_.stop();
    });
    loop_.run_for(std::chrono::seconds(20));
    return lines;
  }

  test::TempDir dir_;
  Spawner spawner_;
  boost::asio::io_context loop_;
};

TEST_F(SpawnerTest, RunsAndReportsTheEnd) {
  auto child = spawner_.spawn({.executable = script("pwd\nexit 7\n"), .working_directory = dir_.path()});
  ASSERT_TRUE(child.has_value()) << child.error().message;
  std::optional<ExitReport> exit;
  EXPECT_EQ(lines_of(std::move(*child), exit), std::vector<std::string>{fs::canonical(dir_.path()).string()});
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->cause(), "exit 7");
  EXPECT_GT(exit->max_rss_bytes, 0u);
  EXPECT_TRUE(no_children());
}

TEST_F(SpawnerTest, ASignalIsNamed) {
  auto child = spawner_.spawn({.executable = script("kill -TERM $$\n"), .working_directory = dir_.path()});
  ASSERT_TRUE(child.has_value());
  std::optional<ExitReport> exit;
  lines_of(std::move(*child), exit);
  EXPECT_EQ(exit->cause(), "signal 15 (SIGTERM)");
  EXPECT_FALSE(exit->to_exit().clean);
}

TEST_F(SpawnerTest, AFailureLeavesNothingBehind) {
  const std::size_t before = open_descriptors();
  const std::string not_executable = dir_ / "file";
  test::write_file(not_executable, "text");
  const std::string broken = script("");
  test::write_file(broken,
                   "\x7f"
                   "ELF but not really");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(spawner_.spawn({.executable = dir_ / "none", .working_directory = "/"}).error().code, Code::not_found);
    EXPECT_EQ(spawner_.spawn({.executable = not_executable, .working_directory = "/"}).error().code,
              Code::permission_denied);
    EXPECT_FALSE(spawner_.spawn({.executable = broken, .working_directory = "/"}).has_value()) << "exec itself fails";
    EXPECT_FALSE(spawner_.spawn({.executable = "/bin/true", .working_directory = dir_ / "none"}).has_value())
        << "set-up fails";
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(no_children());
}

// However few there are: Boost.Process says nothing when it is its own pipe that there are none for.
TEST_F(SpawnerTest, WithoutDescriptorsItSaysSo) {
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const std::size_t before = open_descriptors();
  std::size_t refused = 0;
  for (bool enough = false; !enough && refused < 100;) {
    const rlimit tight{before + refused, old.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    const auto child = spawner_.spawn({.executable = "/bin/true", .working_directory = "/"});
    ::setrlimit(RLIMIT_NOFILE, &old);
    enough = child.has_value();
    if (enough) {
      EXPECT_EQ(::waitpid(child->pid, nullptr, 0), child->pid);
    } else {
      ++refused;
      EXPECT_EQ(child.error().code, Code::resource_exhausted) << child.error().describe();
    }
  }
  EXPECT_GT(refused, 5u) << "each of its descriptors was the one too many once";
  EXPECT_LT(refused, 100u);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(no_children());
}

TEST_F(SpawnerTest, TheControlLineWorksBothWays) {
  auto child = spawner_.spawn({.executable = script("read line <&3\necho \"$line\"\n"
                                                    "echo '{\"type\":\"degraded\",\"why\":\"heard\"}' >&3\n"
                                                    "echo 'nonsense' >&3\n"),
                               .working_directory = dir_.path()});
  ASSERT_TRUE(child.has_value());
  std::vector<std::string> heard;
  std::vector<std::string> problems;
  ControlChannel channel(
      loop_, std::move(child->control),
      {[&](const ipc::control::FromModule& message) { heard.push_back(std::get<ipc::control::Degraded>(message).why); },
       [&](const std::string& problem) { problems.push_back(problem); }});
  EXPECT_EQ(channel.send(ipc::control::Ping{5}), ControlChannel::Sent::queued);
  std::optional<ExitReport> exit;
  EXPECT_EQ(lines_of(std::move(*child), exit), std::vector<std::string>{R"({"type":"ping","n":5})"});
  channel.read_rest();
  EXPECT_EQ(heard, std::vector<std::string>{"heard"});
  EXPECT_EQ(problems.size(), 1u);
}

TEST_F(SpawnerTest, AModuleThatDoesNotReadFillsABoundedQueue) {
  auto child = spawner_.spawn({.executable = script("sleep 60\n"), .working_directory = dir_.path()});
  ASSERT_TRUE(child.has_value());
  std::vector<std::string> problems;
  ControlChannel channel(loop_, std::move(child->control),
                         {[](const auto&) {}, [&](const std::string& problem) { problems.push_back(problem); }});
  std::size_t sent = 0;
  while (sent < 100'000 &&
         channel.send(ipc::control::LogLevel{std::string(1'000, 'x')}) == ControlChannel::Sent::queued) {
    ++sent;
    loop_.poll();
  }
  EXPECT_LT(sent, 100'000u);
  EXPECT_LE(channel.queued_bytes(), ControlChannel::kMaxQueued);
  EXPECT_EQ(channel.send(ipc::control::LogLevel{std::string(70'000, 'x')}), ControlChannel::Sent::too_long);
  EXPECT_THAT(problems, testing::ElementsAre(testing::HasSubstr("longer than one may be")));
  ::kill(-child->pid, SIGKILL);
  ::waitpid(child->pid, nullptr, 0);
}

}  // namespace
}  // namespace status::supervisor
