// What a module can do and what it cannot, by profile: a probe tries each thing and says what it got.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "ipc/base/codec.h"
#include "supervisor/process/sandbox/sandboxes.h"
#include "supervisor/process/sanitized.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

using supervisor::kSanitized;

constexpr std::array kForbiddenCalls = {
    "ptrace",          "process_vm_readv", "process_vm_writev", "pidfd_getfd",    "kcmp",
    "mount",           "umount2",          "pivot_root",        "kexec_load",     "bpf",
    "perf_event_open", "userfaultfd",      "io_uring_setup",    "io_uring_enter", "keyctl",
    "add_key",         "init_module",      "finit_module",      "unshare",        "setns"};
constexpr std::array kAllowed = {"own_file",   "own_truncate", "own_rename", "own_directory", "own_list",
                                 "own_socket", "random",       "libraries",  "unix_socket",   "thread"};
constexpr std::array kOthersFiles = {
    "read_sibling", "write_sibling", "list_sibling", "take_sibling_socket",  "remove_sibling_file",
    "read_secret",  "read_node_key", "write_tmp",    "memory_of_supervisor", "environment_of_supervisor"};

class SandboxTest : public testing::Test {
 protected:
  // What a probe under `profile` got, with a sibling beside it.
  Value probe(const std::string& profile) {
    node_.add_fake_module("a");
    write_file(node_.path("secret.txt"), "not yours");
    node_.add_fake_module("p",
                          {.requires_ = {"a"},
                           .manifest = "sandbox = \"" + profile + "\"",
                           .tables = "[limits]\nmemory_bytes = 104857600\nstack_bytes = 262144\n",
                           .settings = "sibling_run = \"" + node_.path("run/a") + "\"\nsibling_data = \"" +
                                       node_.path("profiles/default/a") + "\"\nsecret = \"" + node_.path("secret.txt") +
                                       "\"\nnode_key = \"" + node_.path("node.key") + "\"\n",
                           .program = "probe_module"});
    node_.start();
    return report();
  }
  // Of the incarnation that becomes ready next.
  Value report() {
    EXPECT_TRUE(node_.wait_for("p: starting → ready")) << node_.statusd().output();
    return parse_json(read_file(node_.path("profiles/default/p/probe.json"))).value_or(Value());
  }
  static void expect(const Value& report, std::string_view attempt, std::string_view outcome) {
    EXPECT_EQ(report.string_or(attempt, "not tried"), outcome) << attempt;
  }

  TestNode node_{TestNode::bare()};
};

TEST_F(SandboxTest, LocalForbidsOtherProcessesTheKernelsDoorsAndTheNetwork) {
  const Value report = probe("local");
  for (const char* call : kForbiddenCalls) {
    if (kSanitized && std::string_view(call) == "ptrace") continue;  // leak detection needs it
    expect(report, call, "EPERM");
  }
  expect(report, "clone3", "ENOSYS");
  expect(report, "execve", "EPERM");
  expect(report, "clone_user_namespace", "EPERM");
  if (!kSanitized) {
    expect(report, "fork", "EPERM");
    expect(report, "clone", "EPERM");
  }
  for (const char* socket : {"tcp", "udp", "netlink", "packet", "vsock"}) expect(report, socket, "EAFNOSUPPORT");
  for (const char* own : kAllowed) expect(report, own, "ok");
  expect(report, "seccomp", "2");
  expect(report, "no_new_privs", "1");
}

TEST_F(SandboxTest, LocalLeavesItsOwnFilesAlone) {
  ASSERT_GE(supervisor::landlock_version(), 1) << "this kernel has no Landlock to show it with";
  const Value report = probe("local");
  for (const char* attempt : kOthersFiles) expect(report, attempt, "EACCES");
  expect(report, "write_usr", "EACCES");
  if (supervisor::landlock_version() >= 6) {  // Linux 6.12
    expect(report, "signal_supervisor", "EPERM");
  }
  for (const char* own : kAllowed) expect(report, own, "ok");
}

// By rules that were made while the first one ran.
TEST_F(SandboxTest, TheNextIncarnationIsHeldAsTheFirst) {
  ASSERT_GE(supervisor::landlock_version(), 1) << "this kernel has no Landlock to show it with";
  probe("local");
  std::filesystem::remove(node_.path("profiles/default/p/probe.json"));
  ::kill(node_.pid_of("p"), SIGKILL);
  const Value again = report();
  for (const char* attempt : kOthersFiles) expect(again, attempt, "EACCES");
  expect(again, "bpf", "EPERM");
  // Some of it is there from the first.
  for (const char* own : kAllowed) EXPECT_NE(again.string_or(own, "not tried"), "EACCES") << own;
}

TEST_F(SandboxTest, NetworkAddsTheInternetAndNothingElse) {
  const Value report = probe("network");
  for (const char* socket : {"unix_socket", "tcp", "udp", "netlink"}) expect(report, socket, "ok");
  for (const char* socket : {"packet", "vsock"}) expect(report, socket, "EAFNOSUPPORT");
  expect(report, "bpf", "EPERM");
  expect(report, "read_sibling", "EACCES");
}

// The attempts are real: without a sandbox they succeed, or fail for another reason.
TEST_F(SandboxTest, NoneLeavesEverythingAsTheKernelHasIt) {
  const Value report = probe("none");
  for (const char* attempt :
       {"fork", "clone", "tcp", "process_vm_readv", "kcmp", "read_sibling", "write_sibling", "list_sibling",
        "take_sibling_socket", "remove_sibling_file", "read_secret", "read_node_key", "signal_supervisor"}) {
    expect(report, attempt, "ok");
  }
  for (const char* attempt : {"ptrace", "pidfd_getfd", "io_uring_enter", "finit_module", "setns"}) {
    EXPECT_NE(report.string_or(attempt, ""), "EPERM") << attempt;
  }
}

TEST_F(SandboxTest, TheLimitsOfTheManifestAreThoseOfTheProcess) {
  const Value report = probe("local");
  expect(report, "oom_score_adj", "500");
  EXPECT_EQ(report.uint_or("stack_limit", 0), 262'144u);
  EXPECT_EQ(report.uint_or("file_limit", 0), 1'024u);
  if (!kSanitized) {
    EXPECT_EQ(report.uint_or("data_limit", 0), 209'715'200u) << "twice memory_bytes";
  }
}

// A restart uses rules that were made while its predecessor ran.
TEST(FileRules, MadeAheadHoldUntilSomethingElseHasTheName) {
  const TempDir dir;
  write_file(dir / "program", "");
  std::filesystem::create_directory(dir / "data");
  const supervisor::FileGrants grants{.writable = {dir / "data", dir / "run"}, .readable = {dir / "program"}};
  const int version = supervisor::landlock_version();
  ASSERT_GE(version, 1) << "this kernel has no Landlock to show it with";
  const auto rules = supervisor::make_file_rules(grants, supervisor::Sandbox::local, version);
  ASSERT_TRUE(rules) << rules.error().describe();
  EXPECT_TRUE(rules->hold_for(grants, supervisor::Sandbox::local));
  EXPECT_FALSE(rules->hold_for(grants, supervisor::Sandbox::network));
  EXPECT_FALSE(rules->hold_for({.writable = grants.writable, .readable = {}}, supervisor::Sandbox::local));
  write_file(dir / "new", "");
  std::filesystem::rename(dir / "new", dir / "program");
  EXPECT_FALSE(rules->hold_for(grants, supervisor::Sandbox::local)) << "a program that was replaced";
  const auto again = supervisor::make_file_rules(grants, supervisor::Sandbox::local, version);
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_TRUE(again->hold_for(grants, supervisor::Sandbox::local));
  std::filesystem::create_directory(dir / "run");
  EXPECT_FALSE(again->hold_for(grants, supervisor::Sandbox::local)) << "a folder that was not there";
  EXPECT_FALSE(supervisor::FileRules().hold_for({}, supervisor::Sandbox::none)) << "none were made";
}

// The kernel's least version of each level, as far as statusd can tell without that kernel.
TEST(Sandboxes, SaysWhatAKernelCannotDo) {
  using supervisor::Sandbox;
  using supervisor::Sandboxes;
  using supervisor::SandboxLevel;
  using testing::HasSubstr;
  const Sandboxes full({.system_calls = true, .landlock = 6});
  EXPECT_EQ(full.level(Sandbox::local), SandboxLevel::files);
  EXPECT_THAT(full.missing(Sandbox::local), testing::IsEmpty());
  const Sandboxes debian({.system_calls = true, .landlock = 2});
  EXPECT_EQ(debian.level(Sandbox::network), SandboxLevel::files);
  EXPECT_THAT(debian.missing(Sandbox::network), testing::ElementsAre(HasSubstr("Landlock is version 2")));
  const Sandboxes old({.system_calls = true, .landlock = 0});
  EXPECT_EQ(old.level(Sandbox::local), SandboxLevel::system_calls);
  EXPECT_THAT(old.missing(Sandbox::local), testing::ElementsAre(HasSubstr("no Landlock")));
  const Sandboxes none({.system_calls = false, .landlock = 0});
  EXPECT_EQ(none.level(Sandbox::local), SandboxLevel::none);
  EXPECT_EQ(none.missing(Sandbox::local).size(), 2u);
  EXPECT_THAT(none.missing(Sandbox::none), testing::IsEmpty()) << "nothing was asked for";
}

}  // namespace
}  // namespace status::test
