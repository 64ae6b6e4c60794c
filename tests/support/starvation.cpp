#include "tests/support/starvation.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace status::test {
namespace {

[[noreturn]] void loop_on(int cpu) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof(set), &set);
  for (volatile int turns = 0;;) turns = turns + 1;
}

}  // namespace

Neighbours::Neighbours(int cpu, int count) {
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) loop_on(cpu);
    children_.push_back(child);
  }
}

Neighbours::~Neighbours() {
  for (const pid_t child : children_) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}

int some_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof(set), &set);
  for (int cpu = CPU_SETSIZE - 1; cpu > 0; --cpu) {
    if (CPU_ISSET(cpu, &set)) return cpu;
  }
  return 0;
}

void set_weight_of_session(pid_t pid, int nice) {
  std::ofstream("/proc/" + std::to_string(pid) + "/autogroup") << nice;
}

bool move_to_the_back(pid_t pid, int cpu) {
  set_weight_of_session(pid, 19);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  const sched_param none{};
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    const auto thread = static_cast<pid_t>(std::strtol(task.path().filename().c_str(), nullptr, 10));
    if (::sched_setaffinity(thread, sizeof(set), &set) != 0) return false;
    if (::sched_setscheduler(thread, SCHED_IDLE, &none) != 0) return false;
  }
  return true;
}

}  // namespace status::test
