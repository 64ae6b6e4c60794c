// 10,000 schedules of tree_world.h. STATUS_SEED replays one; tests/proof/run simulation is the same with a million.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/support/patience.h"
#include "tests/unit/supervisor/tree_world.h"

namespace status::supervisor {
namespace {

TEST(TreeSimulation, InvariantsHoldUnderRandomFaults) {
  const char* given = std::getenv("STATUS_SEED");
  const std::uint64_t first = given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::cout << "first seed " << first << "\n";
  const std::uint64_t runs = given != nullptr ? 1 : test::kSanitized ? 2'000 : 10'000;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    ASSERT_EQ(TreeWorld(seed).run(), "") << "STATUS_SEED=" << seed;
  }
}

}  // namespace
}  // namespace status::supervisor
