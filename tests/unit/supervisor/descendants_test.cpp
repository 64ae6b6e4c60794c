#include "supervisor/process/descendants.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/child_process.h"
#include "tests/support/patience.h"

namespace status::supervisor {
namespace {

template <class So>
bool eventually(So so) {
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  while (!so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

TEST(Descendants, AreThoseThatAProcessHasStartedAndTheirs) {
  // Its child is a shell, which has a child that computes.
  test::ChildProcess parent({"/bin/sh", "-c", "sh -c 'while :; do :; done & wait' & echo there; read line"});
  ASSERT_TRUE(parent.wait_for_line("there", test::kPatience));
  ASSERT_TRUE(eventually([&] { return descendants_of(parent.pid()).size() == 2; }));
  Descendants descendants;
  Descendants::Use use = descendants.since_last(parent.pid());
  EXPECT_GT(use.memory.resident_bytes, memory_of(parent.pid()).resident_bytes / 2);
  EXPECT_GT(use.memory.anonymous_bytes, 0U);
  EXPECT_TRUE(eventually([&] { return descendants.since_last(parent.pid()).growth.ran.count() > 0; }));
  for (const pid_t child : descendants_of(parent.pid())) ::kill(child, SIGKILL);
  ASSERT_TRUE(eventually([&] { return descendants.since_last(parent.pid()).memory.anonymous_bytes == 0; }));
  EXPECT_EQ(descendants.since_last(parent.pid()).growth.ran.count(), 0);
}

TEST(Descendants, AProcessWithoutAnyHasNone) {
  test::ChildProcess alone({"/bin/sh", "-c", "echo there; read line"});
  ASSERT_TRUE(alone.wait_for_line("there", test::kPatience));
  EXPECT_TRUE(descendants_of(alone.pid()).empty());
  alone.signal(SIGKILL);
  alone.wait(test::kPatience);
  EXPECT_TRUE(descendants_of(alone.pid()).empty()) << "it is gone";
}

}  // namespace
}  // namespace status::supervisor
