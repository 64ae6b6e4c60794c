#include "supervisor/statusd/command_memory.h"

#include <gtest/gtest.h>

namespace status::supervisor {
namespace {

using ipc::control::Command;
using namespace std::chrono_literals;

Command restart(const std::string& module, const std::string& key) {
  return {.id = 1, .op = "restart", .module = module, .key = key};
}

TEST(CommandMemory, KnowsWhatWasObeyedWithAKey) {
  CommandMemory memory;
  const MonotonicTime start{};
  EXPECT_FALSE(*memory.knows(restart("a", "k"), start));
  memory.obeyed(restart("a", "k"), start);
  EXPECT_TRUE(*memory.knows(restart("a", "k"), start));
  EXPECT_FALSE(*memory.knows(restart("a", "other"), start));
  EXPECT_FALSE(*memory.knows({.id = 2, .op = "stop", .module = "a", .key = "k"}, start)) << "a key is of one method";
  EXPECT_EQ(memory.knows(restart("b", "k"), start).error().reason, "ipc.idempotency_mismatch");
}

TEST(CommandMemory, ACommandWithoutAKeyIsObeyedEachTime) {
  CommandMemory memory;
  memory.obeyed(restart("a", ""), MonotonicTime{});
  EXPECT_FALSE(*memory.knows(restart("a", ""), MonotonicTime{}));
}

TEST(CommandMemory, ForgetsTheOldestAndTheOld) {
  CommandMemory memory;
  const MonotonicTime start{};
  for (std::size_t i = 0; i <= CommandMemory::kMax; ++i) memory.obeyed(restart("a", std::to_string(i)), start);
  EXPECT_FALSE(*memory.knows(restart("a", "0"), start));
  EXPECT_TRUE(*memory.knows(restart("a", "1"), start + CommandMemory::kKept));
  EXPECT_FALSE(*memory.knows(restart("a", "1"), start + CommandMemory::kKept + 1ns));
}

}  // namespace
}  // namespace status::supervisor
