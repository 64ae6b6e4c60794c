// Every system call on the way of a spawn fails once: strace makes the n-th of each kind fail, for every n that a run
// without faults has, in the parent and in the child up to its exec. Whatever fails: no descriptor is left open, no
// child and no zombie is left, and either the child runs or the error says why.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "supervisor/process/sandbox/sandboxes.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

// How often each system call is made on the path: the most of parent and child, since a tracer counts for each apart.
using Path = std::map<std::string, std::size_t>;

// What a call that can fail fails with; EIO stands for all that has no entry of its own.
std::vector<std::string> errors_of(const std::string& call) {
  static const std::map<std::string, std::vector<std::string>> kErrors = {
      {"access", {"EACCES"}},
      {"chdir", {"ENOENT"}},
      {"clone", {"EAGAIN", "ENOMEM"}},
      {"clone3", {"EAGAIN"}},
      {"close_range", {"ENOMEM"}},
      {"dup2", {"EMFILE"}},
      {"execve", {"ENOENT", "EAGAIN"}},
      {"fcntl", {"EINVAL"}},
      {"ftruncate", {"ENOMEM"}},
      {"memfd_create", {"EMFILE"}},
      {"mmap", {"ENOMEM"}},
      {"mprotect", {"ENOMEM"}},
      {"pidfd_open", {"EMFILE"}},
      {"pipe2", {"EMFILE", "ENFILE"}},
      {"prctl", {"EINVAL"}},
      {"prlimit64", {"EPERM"}},
      {"read", {"EINTR", "EIO"}},
      {"rt_sigaction", {"EINVAL"}},
      {"rt_sigprocmask", {"EINVAL"}},
      {"setsid", {"EPERM"}},
      {"socketpair", {"EMFILE"}},
      {"vfork", {"EAGAIN", "ENOMEM"}},
      {"wait4", {"EINTR"}},
  };
  const auto found = kErrors.find(call);
  return found == kErrors.end() ? std::vector<std::string>{"EIO"} : found->second;
}

struct Outcome {
  std::string said;  // empty: nothing in time
  std::string left;  // what is open or alive that was not before; empty: nothing
  std::string trace;
};

// None of a process that has died.
std::multiset<std::string> open_descriptors(pid_t pid) {
  std::multiset<std::string> out;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
    out.insert(entry.path().filename().string() + " → " + std::filesystem::read_symlink(entry.path(), gone).string());
  }
  return out;
}

// One spawn under strace, with that sandbox profile.
Outcome spawn_with(const std::string& profile, const std::vector<std::string>& strace_options) {
  Outcome out;
  TempDir dir;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return out;
  const UniqueFd its_input(ends[0]);
  UniqueFd input(ends[1]);
  ChildProcess probe({binary("spawn_probe"), profile}, {}, ChildProcess::Errors::with_output, {{0, its_input.get()}});
  if (!probe.wait_for_line("ready", kPatience)) return out;
  const auto before = open_descriptors(probe.pid());
  std::vector<std::string> command = {"/usr/bin/strace", "-f", "-o", dir / "trace", "-p", std::to_string(probe.pid())};
  command.insert(command.end(), strace_options.begin(), strace_options.end());
  ChildProcess strace(command);
  if (!strace.wait_for_line("attached", kPatience) || ::write(input.get(), "x", 1) != 1) {
    out.left = strace.output();
    return out;
  }
  const auto said = probe.wait_for_line("ed", kPatience);
  const auto after = open_descriptors(probe.pid());
  std::vector<std::string> more;
  std::ranges::set_difference(after, before, std::back_inserter(more));
  for (const std::string& one : more) out.left += "descriptor " + one + "; ";
  const std::string task = "/proc/" + std::to_string(probe.pid()) + "/task/" + std::to_string(probe.pid());
  if (const std::string children = read_file(task + "/children"); !children.empty()) {
    out.left += "child " + children;
  }
  input.reset();
  probe.wait(kPatience);
  strace.wait(kPatience);
  out.said = said.value_or("");
  out.trace = read_file(dir / "trace");
  return out;
}

Path path_of(const std::string& trace) {
  // Linux closes whatever close(2) answers; a tracer could only keep it from happening. brk(2) fails by answering with
  // the break as it is, which a tracer does not know; for memory that cannot be had mmap stands.
  const std::set<std::string> never_fail = {"brk",    "close",   "exit",   "exit_group",
                                            "getpid", "getppid", "gettid", "umask"};
  std::map<std::string, Path> made;  // by process: so far
  Path out;
  std::string parent;
  std::set<std::string> execed;
  bool on_path = false;
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string process, call;
    words >> process;
    std::getline(words >> std::ws, call, '(');
    if (call.empty() || call.find(' ') != std::string::npos) continue;  // resumed, signals, exits
    const std::size_t number = ++made[process][call];
    if (line.find("\"/spawn-begins\"") != std::string::npos) {
      on_path = true;
      parent = process;
      continue;
    }
    if (line.find("\"/spawn-ends\"") != std::string::npos) on_path = process != parent && on_path;
    const bool counts = process == parent ? on_path : !parent.empty() && !execed.contains(process);
    if (counts && !never_fail.contains(call)) out[call] = std::max(out[call], number);
    if (call == "execve") execed.insert(process);
  }
  return out;
}

// `on_the_path`: calls that a run without faults has to make.
void fail_each_call(const std::string& profile, const std::vector<std::string>& on_the_path) {
  const Outcome clean = spawn_with(profile, {});
  ASSERT_EQ(clean.said, "spawned") << clean.left;
  ASSERT_EQ(clean.left, "");
  const Path path = path_of(clean.trace);
  for (const std::string& call : on_the_path) {
    ASSERT_TRUE(path.contains(call)) << call << " is on the path\n" << clean.trace;
  }
  std::size_t runs = 0, injected = 0, failed = 0;
  for (const auto& [call, count] : path) {
    for (const std::string& error : errors_of(call)) {
      for (std::size_t n = 1; n <= count; ++n, ++runs) {
        const std::string fault = "inject=" + call + ":error=" + error + ":when=" + std::to_string(n);
        const Outcome out = spawn_with(profile, {"-e", fault});
        EXPECT_TRUE(out.said == "spawned" || out.said.starts_with("failed: ")) << fault << ": said: " << out.said;
        EXPECT_EQ(out.left, "") << fault << ": said: " << out.said;
        injected += out.trace.find("(INJECTED)") == std::string::npos ? 0 : 1;
        if (!out.said.starts_with("failed: ")) continue;
        ++failed;
        EXPECT_THAT(out.said,
                    testing::ContainsRegex(
                        "(execute|start) /bin/true|pipe|socketpair|memfd|pidfd|sandbox: |system call filter|seccomp"))
            << fault << ": an error says what did not work";
      }
    }
  }
  std::cout << path.size() << " kinds of calls, " << runs << " runs, " << injected << " with a fault, of which "
            << failed << " ended in an error\n";
  EXPECT_GT(injected, runs / 2);
  EXPECT_GT(failed, 20U);
}

TEST(SpawnPath, WhateverFailsNothingIsLeftAndTheErrorSaysWhy) {
  fail_each_call("none", {"pipe2", "socketpair", "memfd_create", "vfork", "dup2", "execve", "pidfd_open"});
}

TEST(SpawnPath, WhateverFailsOnTheWayIntoASandboxNothingIsLeftAndTheErrorSaysWhy) {
  const auto kernel = supervisor::SandboxSupport::of_this_kernel();
  ASSERT_TRUE(kernel.system_calls && kernel.landlock > 0) << "this kernel has no sandbox to go into";
  fail_each_call("local", {"pipe2", "execve", "pidfd_open", "landlock_create_ruleset", "landlock_add_rule",
                           "landlock_restrict_self", "seccomp"});
}

}  // namespace
}  // namespace status::test
