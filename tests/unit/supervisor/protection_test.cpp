// The cgroup of a node in a tree of files as the kernel shows it, and what a machine has for all modules.
#include "supervisor/statusd/protection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace status::supervisor {
namespace {

using test::read_file;
using test::write_file;
using testing::HasSubstr;

class CgroupTest : public testing::Test {
 protected:
  CgroupTest() {
    write_file(places_.membership, "12:pids:/\n0::/system.slice/statusd.service\n");
    write_file(own("cgroup.controllers"), "cpuset cpu io memory pids\n");
    write_file(own("cgroup.procs"), std::to_string(::getpid()) + "\n");
    write_file(own("cgroup.subtree_control"), "");
  }
  std::string own(const std::string& name) const { return places_.mount + "/system.slice/statusd.service/" + name; }

  test::TempDir dir_;
  Cgroup::Places places_{.mount = dir_ / "cgroup", .membership = dir_ / "membership"};
};

TEST_F(CgroupTest, ADelegatedGroupIsSplitIntoStatusdAndItsModules) {
  const Cgroup cgroup = Cgroup::take(places_);
  ASSERT_TRUE(cgroup.usable()) << cgroup.why_not();
  EXPECT_EQ(read_file(own("statusd/cgroup.procs")), std::to_string(::getpid()));
  EXPECT_EQ(read_file(own("cgroup.subtree_control")), "+memory +pids");
  const auto members = cgroup.group_of("chat", {.memory_bytes = 1'000'000, .tasks = 64});
  ASSERT_TRUE(members.has_value()) << members.error().message;
  ASSERT_EQ(::write(members->get(), "0", 1), 1);
  EXPECT_EQ(read_file(own("module.chat/memory.max")), "1000000");
  EXPECT_EQ(read_file(own("module.chat/pids.max")), "64");
  EXPECT_EQ(read_file(own("module.chat/cgroup.procs")), "0");
  EXPECT_TRUE(cgroup.group_of("chat", {.memory_bytes = 1}).has_value()) << "again for the next incarnation";
}

TEST_F(CgroupTest, AGroupWithOthersInItIsLeftAlone) {
  write_file(own("cgroup.procs"), "1\n" + std::to_string(::getpid()) + "\n");
  const Cgroup cgroup = Cgroup::take(places_);
  EXPECT_THAT(cgroup.why_not(), HasSubstr("has other processes"));
  EXPECT_EQ(read_file(own("cgroup.subtree_control")), "");
}

TEST_F(CgroupTest, WithoutControllersOrVersionTwoItSaysSo) {
  write_file(own("cgroup.controllers"), "cpu memory\n");
  EXPECT_THAT(Cgroup::take(places_).why_not(), HasSubstr("no controllers for memory and pids"));
  write_file(places_.membership, "4:memory:/user.slice\n");
  EXPECT_THAT(Cgroup::take(places_).why_not(), HasSubstr("there is no cgroup v2"));
  write_file(places_.membership, "0::/elsewhere\n");
  EXPECT_THAT(Cgroup::take(places_).why_not(), HasSubstr("not delegated"));
}

TEST_F(CgroupTest, TheMachineHasTheLeastOfItsMemoryAndTheLimitsAboveIt) {
  const std::string meminfo = dir_ / "meminfo";
  write_file(meminfo, "MemTotal:        4096 kB\nMemFree: 1 kB\n");
  EXPECT_EQ(memory_of_the_machine(places_, meminfo), 4'096u << 10);
  write_file(own("memory.max"), "max\n");
  EXPECT_EQ(memory_of_the_machine(places_, meminfo), 4'096u << 10);
  write_file(places_.mount + "/system.slice/memory.max", "1000000\n");
  EXPECT_EQ(memory_of_the_machine(places_, meminfo), 1'000'000u) << "of a group above";
  write_file(places_.membership, "4:memory:/docker/4f\n");
  write_file(places_.mount + "/memory/docker/4f/memory.limit_in_bytes", "500000\n");
  EXPECT_EQ(memory_of_the_machine(places_, meminfo), 500'000u) << "of cgroup version 1";
  EXPECT_EQ(memory_of_the_machine({dir_ / "none", dir_ / "none"}, dir_ / "none"), 0u);
}

TEST(MemoryWarning, NamesBothSumsWhenTheyDoNotFit) {
  std::vector<ModulePlan> modules(2);
  for (ModulePlan& plan : modules) plan.manifest.memory_bytes = 512 << 20;
  EXPECT_EQ(memory_warning(modules, std::uint64_t{1} << 30), "");
  EXPECT_EQ(memory_warning(modules, 0), "") << "not known";
  EXPECT_THAT(memory_warning(modules, 900 << 20), testing::AllOf(HasSubstr("1024 MiB"), HasSubstr("900 MiB")));
}

}  // namespace
}  // namespace status::supervisor
