// A neighbour that takes every CPU there is makes a module slow, and is no reason to kill it.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/integration/gateway/echo_node.h"

namespace status::test {
namespace {

// Processes that loop on one CPU for as long as this lives.
class Neighbours {
 public:
  Neighbours(int cpu, int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) loop_on(cpu);
      children_.push_back(child);
    }
  }
  ~Neighbours() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

 private:
  [[noreturn]] static void loop_on(int cpu) {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof(set), &set);
    for (volatile int turns = 0;;) turns = turns + 1;
  }

  std::vector<pid_t> children_;
};

int some_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof(set), &set);
  for (int cpu = CPU_SETSIZE - 1; cpu > 0; --cpu) {
    if (CPU_ISSET(cpu, &set)) return cpu;
  }
  return 0;
}

// Its session competes as a whole where the kernel groups by sessions.
void set_weight_of_session(pid_t pid, int nice) {
  std::ofstream("/proc/" + std::to_string(pid) + "/autogroup") << nice;
}

// All its threads on that CPU, and last in line there; they compete where the kernel does not group.
void move_to_the_back(pid_t pid, int cpu) {
  set_weight_of_session(pid, 19);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  const sched_param none{};
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    const auto thread = static_cast<pid_t>(std::strtol(task.path().filename().c_str(), nullptr, 10));
    EXPECT_EQ(::sched_setaffinity(thread, sizeof(set), &set), 0);
    EXPECT_EQ(::sched_setscheduler(thread, SCHED_IDLE, &none), 0);
  }
}

TEST(HangLadder, AModuleThatGetsNoCpuIsSlowAndNotHung) {
  EchoNode node({"hang.ping_ms=50", "hang.limit_ms=1000"});
  ASSERT_TRUE(node.start());
  const auto before = node->row("echo_a");
  ASSERT_TRUE(before);
  // Without work it would be owed some time from before, and get it at once whenever a ping wakes it.
  ASSERT_TRUE(node->front().call("echo_a.say", Value::map({{"text", "connected"}})));
  auto work = node.begin("echo_a.work", 60'000, Value::map({{"ms", 100}}));
  const int cpu = some_cpu();
  move_to_the_back(static_cast<pid_t>(before->pid), cpu);
  {
    const Neighbours neighbours(cpu, 16);
    // The limit is as long as what makes it slow: were the wait for a CPU counted, it would be aborted here.
    const auto degraded = node->events().wait_for(EventLog::state("echo_a", "degraded"), kPatience);
    ASSERT_TRUE(degraded) << node->report();
    EXPECT_THAT(degraded->data.string_or("cause", ""),
                testing::MatchesRegex("no answer to ping for [0-9]+ ms, [0-9]+ of them without a CPU"));
    // And it stays so. A neighbour that is hung for real is the clock: two limits later.
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(node->signal("echo_b", SIGSTOP));
      const std::size_t seen = node->events().size();
      ASSERT_TRUE(node->events().wait_for(EventLog::state("echo_b", "ready"), kPatience, seen)) << node->report();
    }
  }
  set_weight_of_session(static_cast<pid_t>(before->pid), 0);
  const auto done = work.get();
  EXPECT_TRUE(done) << done.error().describe();
  const auto after = node->row("echo_a");
  EXPECT_EQ(after->pid, before->pid) << node->report();
  ASSERT_TRUE(node->await_ready("echo_a"));
  EXPECT_TRUE(node->stop());
}

}  // namespace
}  // namespace status::test
