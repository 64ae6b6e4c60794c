// What was acknowledged survives kill -9 of the writer at any moment.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <random>

#include "ipc/base/unique_fd.h"
#include "tests/unit/host/store_fixture.h"

namespace status::store {
namespace {

struct Writer {
  pid_t pid = -1;
  UniqueFd out;
};

Writer start_writer(const std::string& path) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string program = STORE_WRITER;
  std::string argument = path;
  char* const argv[] = {program.data(), argument.data(), nullptr};
  Writer writer;
  EXPECT_EQ(::posix_spawn(&writer.pid, program.c_str(), &actions, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  writer.out.reset(ends[0]);
  return writer;
}

// Reads numbers until `enough` or the end of the pipe; the last one, 0 if none.
std::int64_t read_numbers(int fd, std::int64_t enough) {
  std::string line;
  std::int64_t last = 0;
  char c = 0;
  while (last < enough && ::read(fd, &c, 1) == 1) {
    if (c != '\n') {
      line += c;
      continue;
    }
    last = std::stoll(line);
    line.clear();
  }
  return last;
}

TEST_F(StoreTest, AcknowledgedCommitsSurviveKill9) {
  const std::uint32_t seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 engine(seed);
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    Writer writer = start_writer(path_);
    const std::int64_t enough = acknowledged + std::uniform_int_distribution<std::int64_t>(1, 60)(engine);
    read_numbers(writer.out.get(), enough);
    ASSERT_EQ(::kill(writer.pid, SIGKILL), 0);
    // What was written to the pipe before it died was acknowledged too.
    acknowledged = std::max({acknowledged, enough, read_numbers(writer.out.get(), INT64_MAX)});
    int state = 0;
    ASSERT_EQ(::waitpid(writer.pid, &state, 0), writer.pid);
    ASSERT_TRUE(WIFSIGNALED(state)) << "the writer left by itself";

    auto database = open();
    const std::int64_t kept = integer(*database, "SELECT max(number) FROM t");
    EXPECT_GE(kept, acknowledged);
    EXPECT_LE(kept, acknowledged + 1) << "one commit may have been on its way";
    EXPECT_EQ(integer(*database, "SELECT count(DISTINCT number) FROM t"), kept) << "no gaps";
    EXPECT_EQ(integer(*database, "SELECT count(*) FROM t"), kept * 3) << "no half transactions";
    acknowledged = kept;
  }
}

}  // namespace
}  // namespace status::store
